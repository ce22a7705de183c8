import fc from 'fast-check';
import { printableText, printableUrl } from '../lib/redact.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl';

describe('printableUrl(): origin and path, nothing else', () => {
  test.each([
    ['https://u:p@auth.example.com:8443/t/x?secret=s#f', 'https://auth.example.com:8443/t/x'],
    ['http://127.0.0.1/', 'http://127.0.0.1/'],
    ['data:text/plain,secret', 'data:'],
  ])('%s', (url, expected) => {
    expect(printableUrl(new URL(url))).toBe(expected);
  });
});

describe('printableText()', () => {
  const secret = 'p+w/=& "q" é\\';
  test.each([
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['form-encoded', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['escaped in JSON', JSON.stringify(secret).slice(1, -1)],
    ['escaped in XML', 'p+w/=&amp; &quot;q&quot; é\\'],
    ['in base64, as HTTP Basic writes it (UTF-8)', Buffer.from(secret).toString('base64')],
    ['in base64 without its end', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
  ])('a secret %s', (_how, form) => {
    expect(printableText(`before ${form} after`, [secret])).toBe('before [redacted] after');
  });

  test.each(['пароль-секрет', '密码密码密码', '😀-secret'])('in base64, beyond Latin-1: %s', (text) => {
    expect(printableText(Buffer.from(text).toString('base64'), [text])).not.toContain(
      Buffer.from(text).toString('base64').slice(0, 8),
    );
  });

  test('a secret that holds another goes whole', () => {
    expect(printableText('abcd-efgh', ['abcd', 'abcd-efgh'])).toBe('[redacted]');
  });

  test('every time it occurs', () => {
    expect(printableText('s3cr3t, s3cr3t', ['s3cr3t'])).toBe('[redacted], [redacted]');
  });

  test('whatever looks like a JWT', () => {
    expect(printableText(`token ${JWT} expired`)).toBe('token [redacted] expired');
  });

  test('what is too short to be a secret is left: the text stays readable', () => {
    expect(printableText('a bad apple', ['a', ''])).toBe('a bad apple');
  });

  test('control characters and line breaks become a space: nothing forges a log line', () => {
    expect(printableText('one\r\n[ERROR] two\u0000\u001b[31m\u2028three\u0085')).toBe('one [ERROR] two [31m three');
  });

  test('no secret is put together again by what is taken out', () => {
    expect(printableText('s3c\u0000r3t', ['s3cr3t'])).not.toBe('s3cr3t');
  });

  test('500 characters at most', () => {
    expect(printableText('x'.repeat(500))).toHaveLength(500);
    expect(printableText('x'.repeat(5000))).toBe(`${'x'.repeat(500)}…`);
  });

  test('a secret on the edge of the cut is not shown in part', () => {
    expect(printableText(`${'x'.repeat(495)}s3cr3t-s3cr3t`, ['s3cr3t-s3cr3t'])).not.toContain('s3cr');
  });

  test('never shows a secret, wherever it stands', () => {
    const secrets = fc.stringMatching(/^[A-Z]{8,20}$/);
    const text = fc.stringMatching(/^[a-z \n"{}:,]{0,80}$/);
    fc.assert(
      fc.property(secrets, text, text, (one, before, after) => {
        expect(printableText(before + one + after, [one])).not.toContain(one);
      }),
    );
  });
});
