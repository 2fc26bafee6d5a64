/** The workflows of the product, and those that only hold locks. */
export * from '../../src/workflows';
export { party, wandered, wanderer } from './party';
