/** Loaded ahead of the program (`node --require`): writes to the file in LOADED_MODULES which of Node's own were loaded. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const loaded = process.moduleLoadList.map((entry) =>
    entry.replace(/^(NativeModule|Internal Binding) /, ''),
  );
  writeFileSync(process.env.LOADED_MODULES, JSON.stringify(loaded));
});
