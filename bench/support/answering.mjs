/** The child's side of `child.mjs`: what it is asked by message, `{ id, ask, … }`, it answers with `{ id, answer }`. */
export function answering(does) {
  process.on('message', ({ id, ask, ...given }) => {
    Promise.resolve(given)
      .then(does[ask])
      .then(
        (answer) => process.send({ id, answer }),
        (error) => process.send({ id, error: error.stack }),
      );
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}
