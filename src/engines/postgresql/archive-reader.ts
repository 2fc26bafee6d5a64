/** Formats that pg_dump 12 to 18 write; what comes later may have fields that are not known here. */
const [oldest, newest] = [12, 16];
/** A table of contents says that it is a tar archive's; what is in the folder beside it says otherwise. */
const tarFormat = 3;

/** Reads the table of contents of pg_dump's directory format, as far as it names files. Throws an Error for what is none. */
export class ArchiveReader {
  #at = 0;
  #minor = 0;
  #intSize = 4;

  constructor(private readonly bytes: Buffer) {}

  /** Of the entries that have data, in their order. */
  files(): readonly string[] {
    this.#header();
    const count = this.#int();
    const files: string[] = [];
    for (let entry = 0; entry < count; entry++) {
      const file = this.#entry();
      if (file !== undefined && file !== '') files.push(file);
    }
    if (this.#at !== this.bytes.length)
      throw new Error(`it has ${this.bytes.length - this.#at} bytes more than entries`);
    return files;
  }

  #header(): void {
    if (this.#take(5).toString('latin1') !== 'PGDMP') throw new Error('it does not begin as one');
    const [major, minor] = [this.#byte(), this.#byte()];
    if (major !== 1 || minor < oldest || minor > newest) throw new Error(`its format ${major}.${minor} is not known`);
    this.#minor = minor;
    this.#byte(); // revision
    this.#intSize = this.#byte();
    if (this.#intSize !== 4) throw new Error(`its numbers have ${this.#intSize} bytes`);
    this.#byte(); // size of offsets
    if (this.#byte() !== tarFormat) throw new Error('it is of another format');
    if (minor >= 15) this.#byte();
    else this.#int(); // compression
    for (let part = 0; part < 7; part++) this.#int(); // when it was made
    for (let name = 0; name < 3; name++) this.#text(); // database, and versions of server and pg_dump
  }

  /** Resolves to its file. */
  #entry(): string | undefined {
    this.#int(); // id
    this.#int(); // whether it has data
    this.#texts(4); // oids, tag, description
    this.#int(); // section
    this.#texts(5); // definition, drop and copy statements, schema, tablespace
    if (this.#minor >= 14) this.#text(); // access method
    if (this.#minor >= 16) this.#int(); // kind of relation
    this.#texts(2); // owner, with oids
    while (this.#text() !== undefined); // what it depends on
    return this.#text();
  }

  #texts(count: number): void {
    for (let nth = 0; nth < count; nth++) this.#text();
  }

  #text(): string | undefined {
    const length = this.#int();
    return length < 0 ? undefined : this.#take(length).toString('utf8');
  }

  #int(): number {
    const negative = this.#byte() !== 0;
    const value = this.#take(4).readUInt32LE();
    return negative ? -value : value;
  }

  #byte(): number {
    return this.#take(1).readUInt8();
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.bytes.length) throw new Error('it ends early');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}
