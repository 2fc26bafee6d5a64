import { failure } from '../../model/errors';
import type { S3Connection } from './s3-connection';

/** With a thousand keys each more than any bucket of ours has. */
const mostPages = 100_000;

/** Watches the pages of one listing: a store that gives the same place to go on from twice, or pages without end, would keep us for ever. */
export class PageGuard {
  readonly #seen = new Set<string>();

  constructor(
    private readonly connection: Pick<S3Connection, 'name' | 'place'>,
    private readonly operation: string,
  ) {}

  /** Takes the place to go on from, and gives it back; none, or the same one again, is an error. */
  goOnFrom(marker: string | undefined): string {
    if (marker === undefined || marker === '') this.#refuse('it says that there is more, and not where to go on');
    const place = JSON.stringify(marker);
    if (this.#seen.has(place)) this.#refuse(`it was told twice to go on from ${place.slice(0, 200)}`);
    this.#seen.add(place);
    if (this.#seen.size >= mostPages) this.#refuse(`more than ${mostPages} pages were given`);
    return marker;
  }

  #refuse(reason: string): never {
    const { name: storage, place } = this.connection;
    throw failure('listing-endless', { storage, place, operation: this.operation, reason });
  }
}
