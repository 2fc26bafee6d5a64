import type { ErrorEntry } from './errors';

/** Exit codes 7 and 8: Temporal cannot be reached; the storage cannot be used. */
export const outsideErrors = {
  'temporal-unreachable': {
    exit: 7,
    retried: true,
    message: 'connect to Temporal at "{address}": {reason}',
    hint: 'start it all on this machine with: holdfast up',
  },
  'temporal-namespace': {
    exit: 7,
    retried: false,
    message: 'use Temporal namespace "{namespace}": {reason}',
    hint: 'create it with: temporal operator namespace create {namespace}',
  },
  'temporal-refused': {
    exit: 7,
    retried: false,
    message: 'ask Temporal at "{address}" in namespace "{namespace}": {reason}',
    hint: 'correct API key, certificate or namespace, then try: holdfast doctor',
  },
  'temporal-unprepared': {
    exit: 7,
    retried: false,
    message: 'start a job in Temporal namespace "{namespace}": {reason}',
    hint: 'a control worker registers what is missing when it starts: holdfast worker --control',
  },
  'control-silent': {
    exit: 7,
    retried: false,
    message: 'ask a control worker to {operation}: {reason}',
    hint: 'start one with: holdfast up, or, where Temporal runs already: holdfast worker --control',
  },
  'lock-unreadable': {
    exit: 7,
    retried: false,
    message: 'ask the restore mutex of "{lock}": {reason}',
    hint: 'where it cannot go on, end it (those who wait ask again) with: temporal workflow terminate --workflow-id restore-mutex/{lock}',
  },
  'temporal-server-missing': {
    exit: 7,
    retried: false,
    message: 'start the embedded Temporal server: {reason}',
    hint: 'install the temporal CLI, or name a service under "temporal" and try: holdfast doctor',
  },

  'storage-credentials': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): credentials refused: {reason}',
    hint: 'correct access-key and secret-key, then try: holdfast doctor',
  },
  'storage-bucket': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): bucket unusable: {reason}',
    hint: 'correct bucket and region, then try: holdfast doctor',
  },
  'storage-region': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): wrong region: {reason}',
    hint: 'correct region or endpoint, then try: holdfast doctor',
  },
  'storage-tls': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): its certificate is not trusted: {reason}',
    hint: 'give the authority as tls-ca-chain, then try: holdfast doctor',
  },
  'storage-network': {
    exit: 8,
    retried: true,
    message: 'use storage "{storage}" ({place}): {reason}',
    hint: 'check endpoint and network with: holdfast doctor',
  },
  'storage-full': {
    exit: 8,
    retried: false,
    message: 'write to storage "{storage}" ({place}): {reason}',
    hint: 'make room, then try: holdfast doctor',
  },
  'storage-limit': {
    exit: 8,
    retried: false,
    message: 'upload "{key}" to storage "{storage}": {reason}',
    hint: 'raise part-size or max-parts of the storage, then try: holdfast doctor',
  },
  'storage-refused': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): {operation} refused: {reason}',
    hint: "correct the storage's settings, then try: holdfast doctor",
  },
  'record-unreachable': {
    exit: 8,
    retried: false,
    message: 'look for the record of job "{job}": Temporal does not know that job, and {reason}',
    hint: 'see the jobs that Temporal knows with: holdfast jobs',
  },
  'object-missing': {
    exit: 8,
    retried: false,
    message: 'read "{key}" from storage "{storage}": no such object',
    hint: 'check the backup with: holdfast verify',
  },
  'object-oversized': {
    exit: 8,
    retried: false,
    message: 'read "{key}" from storage "{storage}": {reason}',
    hint: 'find out who else writes there, then try: holdfast verify',
  },
  'listing-endless': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): {operation} does not end: {reason}',
    hint: 'find out what the store answers, then try: holdfast doctor',
  },
  'object-changed': {
    exit: 8,
    retried: false,
    message: 'read "{key}" from storage "{storage}": {reason}',
    hint: 'find out who else writes there, then try: holdfast verify',
  },
} as const satisfies Record<string, ErrorEntry>;
