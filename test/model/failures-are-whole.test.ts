import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorTable } from '../../src/model/error-table';
import type { ErrorEntry } from '../../src/model/errors';
import { failureCalls } from './failure-calls';

const root = path.join(__dirname, '..', '..', 'src');

/** What the wrapping of every step knows of its job, and fills in. */
const filledIn = ['operation', 'step', 'job', 'type', 'database', 'unit'];
const roomsOfSteps = ['activities', 'agent', 'engines', 'pipeline', 'services', 'storage'];

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function gapsIn(file: string): string[] {
  const known = roomsOfSteps.includes(file.split(path.sep)[0] ?? '') ? filledIn : [];
  return failureCalls(readFileSync(path.join(root, file), 'utf8')).flatMap(({ code, details, open }) => {
    const entry = (errorTable as Readonly<Record<string, ErrorEntry>>)[code];
    if (entry === undefined || open) return [];
    const named = [...`${entry.message} ${entry.hint}`.matchAll(/\{([a-z-]+)\}/gi)].map(([, name]) => String(name));
    const missing = [...new Set(named)].filter((name) => !details.includes(name) && !known.includes(name));
    return missing.map((name) => `${file}: ${code} lacks "${name}"`);
  });
}

test('whoever makes a failure gives all that its message and hint name', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap(gapsIn)).toEqual([]);
});

test('a detail that is left out would be noticed', () => {
  const source = `throw failure('database-unknown', { database, ...(x ? {} : {}) }); fail('job-unknown', {}); failure('job-unknown', { job: 1 })`;
  expect(failureCalls(source)).toEqual([
    { code: 'database-unknown', details: ['database', 'undefined'], open: true },
    { code: 'job-unknown', details: [], open: false },
    { code: 'job-unknown', details: ['job'], open: false },
  ]);
});
