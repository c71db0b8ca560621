/** Loaded ahead of the program (`node --import`): an error that nobody catches, a little later. */
setTimeout(() => {
  throw new Error('something unforeseen');
}, 100);
