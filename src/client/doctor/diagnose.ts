import type { Client } from '@temporalio/client';
import type { Config } from '../../config/schema';
import { HoldfastError } from '../../model/errors';
import { withTemporal } from '../connect';
import { temporalTarget } from '../connection-options';
import { type Finding, failed, fine, unchecked } from './finding';
import { checkControl, checkNamespace } from './namespace';
import { checkStorages } from './storages';
import { checkUnits, unitsOf } from './units';

/**
 * Everything that the configuration names, one finding each; never rejects for what it finds wrong. What agents cannot be asked about is said to be
 * unchecked, and storages are then looked at from here. `version` is ours, for the probe that a storage gets.
 */
export async function diagnose(config: Config, version: string): Promise<Finding[]> {
  const findings = await throughTemporal(config);
  const seen = Object.keys(config.storages).filter((name) =>
    findings.some(({ subject }) => subject.startsWith(`storage ${name},`)),
  );
  const unseen = Object.keys(config.storages).filter((name) => !seen.includes(name));
  return [...findings, ...(await checkStorages(config, unseen, version))];
}

async function throughTemporal(config: Config): Promise<Finding[]> {
  try {
    return await withTemporal(config, (client) => ask(client, config));
  } catch (error) {
    const units = unitsOf(config).map(({ unit }) => unchecked(`unit ${unit}`, 'its agent is asked through Temporal'));
    return [failed('temporal', error), ...units];
  }
}

async function ask(client: Client, config: Config): Promise<Finding[]> {
  const { address, namespace } = temporalTarget(config.temporal);
  const temporal = fine('temporal', `answers at ${address}, namespace "${namespace}"`);
  const around = await checkNamespace(client);
  const control = await checkControl(client);
  const units = unitsOf(config);
  const unasked = units.map(({ unit }) => unchecked(`unit ${unit}`, 'a control worker asks its agent'));
  if (!control.ok) return [temporal, ...around, control, ...unasked];
  try {
    return [temporal, ...around, control, ...(await checkUnits(client, units))];
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code === 'control-silent')) throw error;
    return [temporal, ...around, failed('control worker', error), ...unasked];
  }
}
