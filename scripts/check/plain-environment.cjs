const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest's environment for Node with an ordinary global object. Jest's own stands behind a proxy, which is asked at every look-up of `Promise`, `Buffer`
 * or `process` and costs code that awaits much a good part of its processor time.
 */
module.exports = class PlainEnvironment extends TestEnvironment {
  constructor(...given) {
    const usual = vm.createContext;
    vm.createContext = () => usual(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...given);
    } finally {
      vm.createContext = usual;
    }
  }
};
