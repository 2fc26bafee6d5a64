/*
 * Shapes of names that come from outside, apart from ids.ts so that the workflow sandbox loads no zod.
 */

/** Of databases, storages, agents, locks and schedules. */
export const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const nameWords = 'may hold letters, digits and ._- (at most 63, starting with a letter or digit)';

/** Of a job's id, which is a workflow's id and becomes part of paths on the store: no slash, no dot at the start, at most 200 characters. */
export const jobIdShape = /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,199}$/;
export const jobIdWords = 'may hold letters, digits and ._:@+- (at most 200, starting with a letter or digit)';
