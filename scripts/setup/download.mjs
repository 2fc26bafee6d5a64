import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

// A network that swallows packets must cost this once, before the next way is tried.
const answerWithinMs = 4_000;
const stalledAfterMs = 20_000;

let networkIsSilent = false;

/**
 * Fetches the release's archive into `file` from the first address that answers, and holds it to the checksum. Rejects, with what each
 * address said, rather than leave anything but exactly those bytes.
 */
export async function download({ urls, sha256 }, file, report) {
  const refusals = [];
  for (const url of urls) {
    if (networkIsSilent) break;
    try {
      return await fetchOne(url, sha256, file, report);
    } catch (error) {
      refusals.push(`${new URL(url).host}: ${reason(error)}`);
    }
  }
  throw new Error(`no download (${refusals.join('; ') || 'the network does not answer'})`);
}

async function fetchOne(url, sha256, file, report) {
  const patience = new AbortController();
  const silent = () => {
    networkIsSilent = true;
    patience.abort(new Error(`no answer within ${answerWithinMs / 1000} s`));
  };
  let timer = setTimeout(silent, answerWithinMs);
  const hash = createHash('sha256');
  let bytes = 0;
  const watch = async function* (source) {
    for await (const chunk of source) {
      clearTimeout(timer);
      timer = setTimeout(() => patience.abort(new Error('it stalled')), stalledAfterMs);
      hash.update(chunk);
      bytes += chunk.length;
      report(`${Math.round(bytes / 1e6)} MB`);
      yield chunk;
    }
  };
  try {
    const response = await fetch(url, { signal: patience.signal });
    if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(file));
    const got = hash.digest('hex');
    if (got !== sha256) throw new Error(`sha256 is ${got}, not the pinned ${sha256}`);
  } finally {
    clearTimeout(timer);
  }
}

/** "fetch failed" says nothing; its cause does. */
function reason(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message;
}
