/** What the bundler does with an SQL file that is imported, for the tests, which run the sources. */
export default {
  process: (text) => ({ code: `export default ${JSON.stringify(text)};` }),
};
