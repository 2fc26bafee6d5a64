import { z } from 'zod';
import { Name } from '../model/ids';
import { DatabaseConfig } from './database-schema';
import { FolderPath, Limit, PlainText } from './fields';
import { StorageConfig } from './storage-schema';

const TemporalConfig = z.strictObject({
  address: z
    .string()
    .regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s/:[\]@]+):\d{1,5}$/, {
      error: 'must be host:port, without a scheme; an address of IPv6 stands in brackets',
      abort: true,
    })
    .refine((text) => isPort(Number(text.replace(/^.*:/, ''))), 'must name a port between 1 and 65535')
    .optional()
    .describe(
      'host:port of the Temporal service; the TEMPORAL_* variables and profile file if absent, else 127.0.0.1:7233',
    ),
  namespace: PlainText.max(255).optional().describe('namespace; that of the profile or `default` if absent'),
  profile: PlainText.optional().describe('profile of the Temporal configuration file, for TLS and API keys'),
  data: FolderPath.regex(/[^/]$/, 'must be a file')
    .optional()
    .describe("file of the embedded server; temporal.sqlite in the first agent's state folder if absent"),
  'ui-port': z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8233)
    .describe('port of the Web UI of the embedded server; 0 for none'),
  users: z
    .array(PlainText.max(100))
    .default([])
    .describe(
      'users of this host, besides root and its own, that may use the embedded server, or may be the ones who run a Temporal of this host; they can make the agents do anything',
    ),
  retention: Limit.refine((length) => length >= 86_400_000, 'must be at least 1d: Temporal keeps no less')
    .prefault('30d')
    .describe('how long the embedded server keeps closed jobs; at least 1d'),
});

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

const AgentConfig = z.strictObject({
  state: FolderPath.describe("folder of the ledger, on the agent's host"),
  spool: FolderPath.optional().describe('folder for staged artefacts; <state>/spool if absent'),
  'max-parallel': z.number().int().min(1).max(64).default(4).describe('steps run at once on this host'),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

/** Names are keys people choose; without a prototype, `constructor` is as unknown as any other. */
const byName = <T extends z.ZodType>(entry: T) =>
  z.record(Name, entry).transform((named) => Object.assign(Object.create(null) as typeof named, named));

/** The whole of `holdfast.yaml`. Cross-references (storage, agent, schedule names) are checked by the loader. */
export const Config = z.strictObject({
  temporal: TemporalConfig.prefault({}).describe('the Temporal service to use, or the embedded one'),
  agents: byName(AgentConfig).describe('the worker processes beside databases'),
  storages: byName(StorageConfig).describe('the places for artefacts'),
  databases: byName(DatabaseConfig).describe('what is under protection'),
});
export type Config = z.infer<typeof Config>;
