/** A binary heap: the smallest item by `compare` comes out first. */
export class PriorityQueue {
  constructor(compare = (a, b) => a - b) {
    this.compare = compare;
    this.heap = [];
  }

  push(item) {
    this.heap.push(item);
    let child = this.heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.compare(this.heap[parent], this.heap[child]) <= 0) {
        break;
      }
      [this.heap[parent], this.heap[child]] = [this.heap[child], this.heap[parent]];
      child = parent;
    }
  }

  pop() {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (this.heap.length > 0) {
      this.heap[0] = last;
      let parent = 0;
      while (true) {
        let child = 2 * parent + 1;
        if (child >= this.heap.length) break;
        if (child + 1 < this.heap.length && this.compare(this.heap[child + 1], this.heap[child]) < 0) child++;
        if (this.compare(this.heap[parent], this.heap[child]) <= 0) break;
        [this.heap[parent], this.heap[child]] = [this.heap[child], this.heap[parent]];
        parent = child;
      }
    }
    return top;
  }
}
