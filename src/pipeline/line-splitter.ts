import { StringDecoder } from 'node:string_decoder';

/** Cuts a byte stream into lines. Memory is bounded: what a line has beyond `maxLine` characters is dropped. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly maxLine = 8_192,
  ) {}

  push(chunk: Buffer): void {
    const parts = this.decoder.write(chunk).split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.emit(this.rest + part);
      this.rest = '';
    }
    this.rest = (this.rest + last).slice(0, this.maxLine);
  }

  end(): void {
    const line = this.rest + this.decoder.end();
    this.rest = '';
    if (line !== '') this.emit(line);
  }

  private emit(line: string): void {
    // A progress display rewrites its line with carriage returns: its last state counts.
    const text = line.replace(/\r+$/, '');
    this.onLine(text.slice(text.lastIndexOf('\r') + 1, this.maxLine));
  }
}
