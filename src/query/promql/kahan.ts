/** Sums that lose nothing to rounding: Neumaier's variant of Kahan's, as Prometheus has it. */

export class CompensatedSum {
  sum = 0;
  lost = 0;

  clear(): void {
    this.sum = 0;
    this.lost = 0;
  }

  add(value: number): void {
    const sum = this.sum + value;
    this.lost +=
      Math.abs(this.sum) >= Math.abs(value) ? this.sum - sum + value : value - sum + this.sum;
    this.sum = sum;
  }

  get total(): number {
    return this.sum + this.lost;
  }
}
