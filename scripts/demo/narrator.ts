import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Often enough for tenths of seconds to look alive. */
const drawEvery = 200;

/** Tells the story on a screen: one line per step with the time since the beginning; plain lines where nobody watches. */
export class Narrator {
  readonly colors: Colors;
  private readonly live: boolean;
  private muted = false;
  private endLive = () => {};

  constructor(
    private readonly out: NodeJS.WriteStream,
    readonly started = performance.now(),
  ) {
    this.live = Boolean(out.isTTY) && process.env['TERM'] !== 'dumb';
    this.colors = createColors(this.live && !process.env['NO_COLOR']);
  }

  /** Runs a step with its seconds counted on a terminal, then says what came of it. A failure takes the count away and is passed on. */
  async step<T>(doing: string, work: () => Promise<T>, done: (value: T) => string): Promise<T> {
    this.countSeconds(doing);
    try {
      const value = await work();
      this.endLive();
      this.tell(done(value));
      return value;
    } catch (error) {
      this.endLive();
      throw error;
    }
  }

  /** A line with the time in front of it. */
  tell(text: string): void {
    this.write(`${this.colors.dim(seconds((performance.now() - this.started) / 1000).padStart(7))}  ${text}\n`);
  }

  /** A line that belongs to the one before. */
  detail(text: string): void {
    this.write(`${' '.repeat(9)}${text}\n`);
  }

  /** The same for something that can be tried. */
  command(line: string): void {
    this.detail(this.colors.dim(`$ ${line}`));
  }

  heading(text: string): void {
    this.write(`\n${this.colors.bold(text)}\n`);
  }

  /** Lines as they are. */
  block(text: string): void {
    this.write(`${text}\n`);
  }

  /** Takes a count that is still on the screen away, and says nothing any more. */
  mute(): void {
    this.endLive();
    this.muted = true;
  }

  private countSeconds(doing: string): void {
    if (!this.live || this.muted) return;
    const began = performance.now();
    const draw = () => {
      const text = `${' '.repeat(7)}… ${doing}`.slice(0, Math.max(20, (this.out.columns || 80) - 10));
      this.out.write(`\r\x1b[2K${this.colors.cyan(text)} ${seconds((performance.now() - began) / 1000)}`);
    };
    draw();
    const timer = setInterval(draw, drawEvery);
    this.endLive = () => {
      clearInterval(timer);
      this.out.write('\r\x1b[2K');
      this.endLive = () => {};
    };
  }

  private write(text: string): void {
    if (!this.muted) this.out.write(text);
  }
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
