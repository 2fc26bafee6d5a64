/** The workflows as the control worker of a checkout loads them. */
export { bundleOfSources as bundleWorkflows } from '../../../src/workers/workflow-bundle';
