/** Whether the present time is in a text: as seconds or ms since the epoch, in ISO 8601, or as a JWT's claims have it. */
export function showsTime(text: string, now: number): boolean {
  const near = (time: number): boolean => Math.abs(time - now) < NEAR_MS;
  if (notations(now).some((notation) => text.includes(notation))) return true;
  const digits = text.match(/(?<!\d)\d{10}(\d{3})?(?!\d)/g) ?? [];
  const dates = text.match(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)/g) ?? [];
  if (digits.some((number) => near(Number(number.padEnd(13, '0')))) || dates.some((date) => near(Date.parse(date))))
    return true;
  return [...text.matchAll(/eyJ[\w-]*\.(eyJ[\w-]*)/g)].some(([, claims = '']) => showsTime(decoded(claims), now));
}

/** The seconds around now, as HTTP, AWS, a database or a payment provider write them. */
function notations(now: number): string[] {
  return [-2, -1, 0, 1, 2].flatMap((second) => {
    const date = new Date(now + second * 1000);
    const iso = date.toISOString().slice(0, 19);
    return [date.toUTCString(), iso, iso.replace('T', ' '), iso.replace(/[-:]/g, ''), iso.replace(/\D/g, '')];
  });
}

const NEAR_MS = 10_000;

function decoded(base64url: string): string {
  try {
    return atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}
