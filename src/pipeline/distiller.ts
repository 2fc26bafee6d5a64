const maxLength = 1_000;
const fallbackLines = 2;
const error = /\b(error|fatal|panic|cannot|could not)\b/i;
const warning = /\bwarn(ing)?\b/i;

/** Keeps of a tool's stderr what tells people why it failed (C6), in bounded memory. */
export class Distiller {
  private readonly errors = new BoundedLines();
  private readonly warnings = new BoundedLines();
  private last: readonly string[] = [];

  line(text: string): void {
    const line = text.trim();
    if (line === '') return;
    this.last = [...this.last, line.slice(0, maxLength)].slice(-fallbackLines);
    if (error.test(line)) this.errors.add(line);
    else if (warning.test(line)) this.warnings.add(line);
  }

  /** Errors before warnings, joined; the last lines where there are neither; at most 1,000 characters. */
  distilled(): string {
    const telling = [...this.errors.lines, ...this.warnings.lines];
    const text = (telling.length > 0 ? telling : this.last).join('; ');
    return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  }
}

/** The first lines: what comes after the first failure is mostly its consequence. */
class BoundedLines {
  readonly lines: string[] = [];
  private length = 0;

  add(line: string): void {
    if (this.length > maxLength || this.lines.at(-1) === line) return;
    this.lines.push(line);
    this.length += line.length;
  }
}
