// One picture, turned at many times: what is there of it, and what is worked next.
Face.Turning = class {
  // `times` fall; null stands for each target's own branch point. `usual` is the frame at which it begins.
  constructor({id, given, source, targets, seed, times, usual}) {
    Object.assign(this, {id, given, source, targets, seed, times, usual});
    this.frames = times.map(() => ({level: 0, noised: null, ends: null}));
  }

  static of(given, source, targets, seed, page) {
    const {stored: {texts: {turn: {times}}}, tree} = page, several = targets.length > 1;
    const id = JSON.stringify([given.id, source, targets, seed]);
    if (several) {
      const fewer = [null, ...times.filter((_, k) => k % 2 === 0)];
      return new Face.Turning({id, given, source, targets, seed, times: fewer, usual: 0});
    }
    const own = tree.meeting(source, targets[0])?.low ?? 1, apart = (times[0] - times[1]) / 2.5;
    const all = [own, ...times.filter((time) => Math.abs(time - own) > apart)].toSorted((one, other) => other - one);
    return new Face.Turning({id, given, source, targets, seed, times: all, usual: all.indexOf(own)});
  }

  nearest(time) {
    if (time === null) return this.usual;
    const distance = (other) => other === null ? Infinity : Math.abs(other - time);
    return this.times.reduce((best, other, k) => distance(other) < distance(this.times[best]) ? k : best, this.usual);
  }

  // Which frames are to be worked next, and whether well; nothing when all are done. The frame that is looked at comes
  // first, then quickly all others from there outwards, then all of them well.
  next(here) {
    const {frames, times} = this;
    if (!frames[here].level) return {which: [here], well: false};
    const level = frames.some((frame) => !frame.level) ? 0 : 1;
    const left = frames.map((_, k) => k).filter((k) => frames[k].level === level)
      .toSorted((one, other) => Math.abs(one - here) - Math.abs(other - here));
    if (!left.length) return null;
    const alone = times[left[0]] === null || (level && left[0] === here);
    const most = alone ? 1 : Math.max(1, Math.floor(Face.Turning.ROWS / this.targets.length));
    return {which: left.filter((k, place) => !place || times[k] !== null).slice(0, most), well: level === 1};
  }

  async work({which, well}, explorer, page, signal) {
    const {steps, quickSteps, solver} = page.facts.defaults, times = which.map((k) => this.times[k]), {pictures} = page;
    const own = times[0] === null, {given: {image}, source, targets: target, seed} = this;
    const answer = await explorer.transmute({image, source, target, ...own ? {} : {time: times},
      steps: well ? steps : quickSteps, solver, seed, signal});
    const [noised, ends] = [answer.noised, answer.image].map((floats) => pictures.all(floats));
    which.forEach((k, place) => {
      const mine = this.targets.map((_, row) => row * which.length + place);
      this.frames[k] = {level: well ? 2 : 1, noised: own ? null : [noised[mine[0]]],
        ends: Face.named(this.targets.map((label, row) => [label, [ends[mine[row]]]]))};
    });
  }
};
Face.Turning.ROWS = 8;  // pictures worked in one go: soon some of them are there
