/** Runs one section in this process, so that no section inherits another one's heap or compiled code. */
const [name, options] = process.argv.slice(2);
const { run } = await import(`../sections/${name}.mjs`);
const measurements = await run(JSON.parse(options));
process.send(measurements, () => process.exit(0)); // a contender may have left something hanging
