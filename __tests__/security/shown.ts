import { inspect } from 'node:util';

/** A secret in every form in which it could stand in a log. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [...new Set([secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1), base64])];
}

/** Everything that a person or a logger can make of a value without looking for it: also of its causes, and of its own fields. */
export function shown(value: unknown): string {
  const all: string[] = [];
  for (let one: unknown = value, depth = 0; one !== undefined && depth < 5; depth += 1) {
    const error = one instanceof Error ? one : undefined;
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- that is the question
    all.push(JSON.stringify(one), inspect(one, { depth: 10, showHidden: true }), String(one), error?.stack ?? '');
    if (typeof one === 'object' && one !== null) {
      const fields = Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'cause'));
      all.push(inspect(fields, { depth: 10 }), JSON.stringify(fields));
    }
    one = error?.cause;
  }
  return all.join('\n');
}

/** Fails with the form that is shown, not with the whole text. */
export function expectHidden(value: unknown, secrets: string[]): void {
  const text = shown(value);
  expect(secrets.flatMap(formsOf).filter((form) => text.includes(form))).toEqual([]);
}
