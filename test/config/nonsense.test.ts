import { stringify } from 'yaml';
import { parseConfig } from '../../src/config/load';
import { problemsOf } from '../../src/config/problem';

const s3 = { kind: 's3', bucket: 'backups', 'access-key': '${env:A}', 'secret-key': '${env:B}' };
const unit = { name: 'shop/0', agent: 'db1' };
const sound = {
  temporal: {},
  agents: { db1: { state: '/var/lib/holdfast' } },
  storages: { near: { kind: 'directory', path: '/srv/backups' }, far: s3 },
  databases: { shop: { engine: 'postgresql', storage: 'near', units: [unit] } },
};

const inDatabase = (changes: object) => ({ ...sound, databases: { shop: { ...sound.databases.shop, ...changes } } });
const inUnit = (changes: object) => inDatabase({ units: [{ ...unit, ...changes }] });
const inFar = (changes: object) => ({ ...sound, storages: { ...sound.storages, far: { ...s3, ...changes } } });
const inNear = (path: string) => ({ ...sound, storages: { ...sound.storages, near: { kind: 'directory', path } } });
const inAgent = (changes: object) => ({ ...sound, agents: { db1: { state: '/var/lib/holdfast', ...changes } } });
const inTemporal = (temporal: object) => ({ ...sound, temporal });
const scheduled = (changes: object) => inDatabase({ schedules: [{ name: 'n', cron: '0 1 * * *', ...changes }] });
const named = (name: string) => ({ ...sound, databases: { [name]: sound.databases.shop } });

/** What is wrong with it; each with the key that it is about. */
function problemsIn(config: object): readonly string[] {
  try {
    parseConfig(stringify(config), 'holdfast.yaml');
    return [];
  } catch (error) {
    return problemsOf(error).map(({ path, message }) => `${path} ${message}`);
  }
}

test('what all of these are made from is sound', () => {
  expect(problemsIn(sound)).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ['a part of 10^20 TiB', inFar({ 'part-size': `1${'0'.repeat(20)}TiB` }), /part-size must be between 5MiB and 5GiB/],
  ['a part of nothing', inFar({ 'part-size': '0B' }), /part-size must be between/],
  ['an object of nothing', inFar({ 'max-object': '0B' }), /max-object must be between 5MiB and 1024TiB/],
  [
    'a part larger than an object',
    inFar({ 'part-size': '64MiB', 'max-object': '10MiB' }),
    /part-size is more than max-object: 10MiB/,
  ],
  ['a prefix that leads out', inFar({ prefix: '../..' }), /prefix must not hold the segments/],
  ['a prefix of nothing between slashes', inFar({ prefix: 'a//b' }), /prefix must not hold the segments/],
  ['a prefix that breaks a line', inFar({ prefix: 'a\nb' }), /prefix must not hold control characters/],
  ['a prefix that leaves no room for keys', inFar({ prefix: 'x'.repeat(900) }), /prefix must have at most 400 bytes/],
  ['a bucket with a path', inFar({ bucket: 'backups/prod' }), /bucket is no name of a bucket/],
  ['a bucket that leads out', inFar({ bucket: 'a..b' }), /bucket is no name of a bucket/],
  ['an endpoint with a fragment', inFar({ endpoint: 'https://s3.example/#x' }), /endpoint must not hold a fragment/],
  ['no region', inFar({ region: '  ' }), /region must be the name of a region/],
  ['a storage class of two words', inFar({ 'storage-class': 'VERY COLD' }), /storage-class must be a storage class/],
  ['no authorities to trust', inFar({ 'tls-ca-chain': [] }), /tls-ca-chain/],
  [
    'a header that breaks a line',
    inFar({ attributes: ['x-amz-meta-a=b\r\nHost: evil'] }),
    /attributes\[0\] must not hold control/,
  ],
  ['a header whose name is none', inFar({ attributes: ['x amz=b'] }), /attributes\[0\] must be Header=value/],
  ['the root folder as storage', inNear('/'), /path must not be the root folder/],
  ['a storage by way of ..', inNear('/srv/../etc'), /path must not hold the folders/],
  ['a storage with a zero byte', inNear('/srv/a\0b'), /path must not hold control characters/],
  ['a storage in a spool', inNear('/var/lib/holdfast/spool/x'), /lies in the spool of agent "db1"/],
  ['the root folder as state', inAgent({ state: '//' }), /state must not be the root folder/],
  ['a spool that is the state folder', inAgent({ spool: '/var/lib/holdfast' }), /spool must not be the state folder/],
  ['a spool above the state folder', inAgent({ spool: '/var/lib' }), /spool must not be the state folder/],
  [
    'a database that is called as the spool',
    named('spool'),
    /keeps its books of "spool" in "\/var\/lib\/holdfast\/spool"/,
  ],
  ['a database that is called as a folder of the agent', named('children'), /a folder of agent "db1" itself/],
  ['a lock that is called so', inDatabase({ lock: 'children' }), /a folder of agent "db1" itself/],
  ['a port that there is not', inTemporal({ address: 'temporal:99999' }), /address must name a port between/],
  ['port 0', inTemporal({ address: 'temporal:0' }), /address must name a port between/],
  ['an address of IPv6 without brackets', inTemporal({ address: '::1:7233' }), /stands in brackets/],
  ['one port for two', inTemporal({ address: '127.0.0.1:8233' }), /ui-port is that of temporal.address already/],
  ['a folder as the file of data', inTemporal({ data: '/srv/temporal/' }), /data must be a file/],
  ['a user without a name', inTemporal({ users: [''] }), /users\[0\] must not be empty/],
  [
    'a database whose name the server would cut',
    inDatabase({ database: 'ä'.repeat(40) }),
    /database must have at most 63 bytes/,
  ],
  ['a role with a zero byte', inDatabase({ user: 'a\0b' }), /user must not hold control characters/],
  [
    'a maintenance database without a name',
    inDatabase({ 'maintenance-database': '' }),
    /maintenance-database must not be empty/,
  ],
  ['a unit whose name breaks a line', inUnit({ name: 'shop\n0' }), /name must not hold control characters/],
  ['two hosts in one', inUnit({ host: 'a,b' }), /host must be one host/],
  ['a host with a user', inUnit({ host: 'me@db' }), /host must be one host/],
  ['a URL as host', inUnit({ host: 'tcp://db' }), /host must be one host/],
  [
    'the root folder as data directory',
    inUnit({ 'data-directory': '/' }),
    /data-directory must not be the root folder/,
  ],
  [
    'all units of systemd at once',
    inUnit({ service: { kind: 'systemd', unit: 'postgresql*' } }),
    /unit must be the name of one unit/,
  ],
  [
    'an option in place of a unit',
    inUnit({ service: { kind: 'systemd', unit: '--all' } }),
    /unit must be the name of one unit/,
  ],
  [
    'a hook without an interpreter',
    inDatabase({ hooks: { 'run-before-backup': '#!\necho' } }),
    /must name its interpreter/,
  ],
  [
    'a hook as Windows ends its lines',
    inDatabase({ hooks: { 'run-before-backup': '#!/bin/sh\r\necho' } }),
    /as Windows does/,
  ],
  ['a date that never comes', scheduled({ cron: '0 0 30 2 *' }), /cron "0 0 30 2 \*" is never/],
  ['another one', scheduled({ cron: '0 0 31 2,4,6,9,11 1' }), /is never/],
  ['every nothing', scheduled({ cron: '@every 0s' }), /is not between @every 1m and @every 3650d/],
  ['every second', scheduled({ cron: '@every 1s' }), /is not between/],
  [
    'every so many years that no number holds them',
    scheduled({ cron: `@every 9${'9'.repeat(400)}d` }),
    /is not between/,
  ],
  ['every seventieth minute', scheduled({ cron: '*/70 * * * *' }), /is no minute of a cron text/],
  ['a delay by chance that is longer than a day', scheduled({ jitter: '3650d' }), /jitter is longer than the 86400 s/],
  [
    'a delay by chance that is longer than an hour',
    scheduled({ cron: '5 * * * *', jitter: '2h' }),
    /longer than the 3600 s/,
  ],
  ['a limit of nothing', inDatabase({ hooks: { timeout: '0s' } }), /timeout must be at least 1s/],
  ['a limit of a million years', inDatabase({ backup: { timeout: '365000000d' } }), /timeout .* is not a duration/],
])('%s is refused, with the reason', (_, config, reason) => {
  const problems = problemsIn(config);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(reason);
});

test.each<[string, object]>([
  ['the 29th of February', scheduled({ cron: '0 0 29 2 *' })],
  ['the last day of the long months', scheduled({ cron: '0 0 31 * *' })],
  ['every minute', scheduled({ cron: '@every 1m' })],
  ['every hour of a step', scheduled({ cron: '15 */6 * * *', jitter: '6h' })],
  ['a socket', inUnit({ host: '/var/run/postgresql' })],
  ['an address of IPv6', inUnit({ host: '::1' })],
  ['Temporal by IPv6', inTemporal({ address: '[::1]:7233' })],
  ['a unit with an escape', inUnit({ service: { kind: 'systemd', unit: 'postgresql@15\\x2dmain.service' } })],
  ['an access point', inFar({ bucket: 'arn:aws:s3:eu-central-1:123456789012:accesspoint/backups' })],
  ['an env hook', inDatabase({ hooks: { 'run-before-backup': '#!/usr/bin/env bash\necho' } })],
  ['a name of 63 bytes', inDatabase({ database: `${'ä'.repeat(31)}a` })],
  ['no Web UI', inTemporal({ 'ui-port': 0 })],
  ['a customer key by reference', inFar({ attributes: ['x-amz-server-side-encryption-customer-key=${env:K}'] })],
])('%s is taken', (_, config) => {
  expect(problemsIn(config)).toEqual([]);
});
