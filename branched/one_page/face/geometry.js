// Where things of a tree are, in pixels: it stands with noise at the top or, where it is narrow, lies with noise at the
// left.
Face.Geometry = class {
  constructor({branches, nodes, scale, width, height, wanted}) {
    Object.assign(this, {branches, nodes, scale, width});
    const leaves = branches.filter((branch) => branch.is_leaf)
      .toSorted((one, other) => nodes[one.id].x - nodes[other.id].x);
    this.leaves = leaves;
    const ends = leaves.map(({id}) => [nodes[id].x - nodes[id].room / 2, nodes[id].x + nodes[id].room / 2]);
    const [left, right] = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
    const coarse = matchMedia('(pointer: coarse)').matches;
    this.unit = (width - Face.Geometry.AXIS) / (right - left);
    this.lying = width < 500 || this.unit < (coarse ? 44 : 34);
    if (this.lying) this.lie(leaves, wanted);
    else this.stand(left, height, wanted);
  }

  stand(left, height, {picture, bar}) {
    this.side = Math.round(Math.min(60, 0.9 * this.unit));  // of a picture
    this.cell = {height: 30 + (picture ? this.side + 4 : 0) + (bar ? 62 : 0)};
    this.height = height;
    this.top = 12 + this.side / 2;
    this.long = height - this.top - this.cell.height;
    this.beside = (x) => Face.Geometry.AXIS + (x - left) * this.unit;
  }

  lie(leaves, {picture, bar}) {
    const xs = leaves.map(({id}) => this.nodes[id].x), row = 44;
    const longest = Math.max(...leaves.map(({classes}) => [...classes[0]].length));
    this.side = 38;
    this.name = Math.min(110, 14 + 9 * longest);
    this.cell = {width: this.name + (picture ? this.side + 6 : 0) + (bar ? 86 : 0)};
    this.top = 30;
    this.row = row;
    this.height = this.top + row * leaves.length + 8;
    this.start = 10 + this.side / 2;
    this.long = this.width - this.start - this.cell.width - 6;
    this.beside = (x) => this.top + row * (0.5 + Face.interpolated(x, xs, xs.map((_, k) => k)));
  }

  // Where a time is, along the tree.
  along(time) {
    const height = Face.interpolated(time, this.scale.times, this.scale.heights);
    return (this.lying ? this.start : this.top) + (1 - height) * this.long;
  }

  // A point at a place beside others and at a time.
  at(x, time) {
    const [beside, along] = [this.beside(x), this.along(time)];
    return this.lying ? [along, beside] : [beside, along];
  }

  // A line through such points.
  line(points) {
    return `M${points.map(([x, time]) => this.at(x, time).map((part) => part.toFixed(1)).join(' ')).join('L')}`;
  }

  time(height) {
    return Face.interpolated(height, this.scale.heights, this.scale.times);
  }
};
Face.Geometry.AXIS = 66;  // pixels for what is written beside a standing tree

// A map through points (xs rise), straight between them.
Face.interpolated = (x, xs, ys) => {
  const k = Math.max(1, xs.findIndex((other) => other >= x));
  if (xs.length < 2 || x <= xs[0]) return ys[0];
  if (x >= xs.at(-1)) return ys.at(-1);
  return ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / (xs[k] - xs[k - 1]);
};
