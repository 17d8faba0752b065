// The class tree, as in branched/class_tree/tree.py: branches, each with {id, parent, classes, low, high, process}.
export class Tree {
  constructor(labels, branches) {
    Object.assign(this, {labels, branches});
    this.byId = new Map(branches.map(branch => [branch.id, branch]));
  }

  // By process, as the walk takes them.
  children(id) {
    return this.branches.filter(branch => branch.parent === id).toSorted((a, b) => a.process - b.process);
  }

  leaf(label) {
    return this.branches.find(branch => branch.low === 0 && branch.classes[0] === label);
  }

  // The branches of a class, root first.
  path(label) {
    const path = [];
    for (let branch = this.leaf(label); branch; branch = this.byId.get(branch.parent)) path.unshift(branch);
    return path;
  }

  branchOf(label, t) {
    return this.path(label).find(branch => owns(branch, t));
  }

  // All parts of a branch's process, from noise to data: more than one where a graft has cut it.
  parts(branch) {
    return this.branches.filter(other => other.process === branch.process).toSorted((a, b) => b.low - a.low);
  }

  // Where classes part: the smallest branch that holds all of them; null in the noise itself.
  meeting(labels) {
    const held = this.path(labels[0]).findLast(branch => labels.every(label => branch.classes.includes(label)));
    return held ?? null;
  }

  // The branches that classes pass through, parents before children.
  through(labels, id = null) {
    return this.children(id).flatMap(branch => (
      branch.classes.some(label => labels.includes(label)) ? [branch].concat(this.through(labels, branch.id)) : []));
  }

  get branchPoints() {
    return this.branches.filter(branch => branch.low > 0);
  }
}

// Half open, so that at a branch point exactly one side answers; a leaf also owns its end.
export function owns({low, high}, t) {
  return (low < t && t <= high) || (low === 0 && t === 0);
}
