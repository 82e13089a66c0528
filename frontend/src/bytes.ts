/** Bytes with absolute offsets: appended at the end, dropped at the start, read anywhere between. */
export class ByteQueue {
  private chunks: Uint8Array[] = [];

  constructor(
    public start = 0,
    public end = start,
  ) {}

  get length(): number {
    return this.end - this.start;
  }

  push(data: Uint8Array): void {
    if (data.length === 0) return;
    this.chunks.push(data);
    this.end += data.length;
  }

  /** At most `limit` bytes from `offset` on, possibly fewer; none at the end. */
  read(offset: number, limit: number): Uint8Array {
    let at = this.start;
    for (const chunk of this.chunks) {
      if (offset < at + chunk.length) {
        return chunk.subarray(offset - at, Math.min(offset - at + limit, chunk.length));
      }
      at += chunk.length;
    }
    return new Uint8Array(0);
  }

  /** Everything from `offset` to `end` in one piece. */
  slice(offset: number, end = this.end): Uint8Array {
    const whole = new Uint8Array(Math.max(0, end - offset));
    for (let at = offset; at < end; ) {
      const piece = this.read(at, end - at);
      whole.set(piece, at - offset);
      at += piece.length;
    }
    return whole;
  }

  /** Forget what stands before `offset`. */
  dropTo(offset: number): void {
    while (this.start < offset) {
      const chunk = this.chunks[0];
      if (!chunk) {
        this.start = this.end = offset;
        return;
      }
      const many = Math.min(chunk.length, offset - this.start);
      if (many === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(many);
      this.start += many;
    }
  }

  /** Cut off, and give back, what stands at `offset` and after it. */
  cutAt(offset: number): Uint8Array {
    const from = Math.min(Math.max(offset, this.start), this.end);
    const rest = this.slice(from);
    const kept = this.slice(this.start, from);
    this.chunks = kept.length > 0 ? [kept] : [];
    this.end = from;
    return rest;
  }
}
