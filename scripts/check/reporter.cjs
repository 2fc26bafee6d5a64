const { writeFileSync } = require('node:fs');

/** A Jest reporter that leaves the counts in the file named by HOLDFAST_COUNTS, while Jest's own reporter talks to the screen. */
class CountsReporter {
  onRunComplete(_contexts, results) {
    const suites = results.testResults.map(({ testFilePath, perfStats }) => ({
      file: testFilePath,
      seconds: (perfStats.end - perfStats.start) / 1000,
    }));
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests,
      // a suite that cannot even be loaded has no tests that could fail
      broken: results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      suites,
    };
    writeFileSync(process.env.HOLDFAST_COUNTS, JSON.stringify(counts));
  }
}

module.exports = CountsReporter;
