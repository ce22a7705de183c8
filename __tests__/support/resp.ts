import { connect } from 'node:net';

export type Reply = string | number | null | Error | Reply[];

/** One command on a connection of its own, in the protocol itself: a test of a client does not rely on that client. */
export function ask(port: number, ...parts: (string | number | Buffer)[]): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.map(bulk)]));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const read = readReply(received, 0);
      if (!read) return;
      socket.destroy();
      resolve(read[0]);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`redis on port ${port} closed the connection`)));
  });
}

function bulk(part: string | number | Buffer): Buffer {
  const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** The reply that begins there and where it ends; `undefined` while it is not complete. */
function readReply(from: Buffer, start: number): [Reply, number] | undefined {
  const end = from.indexOf('\r\n', start);
  if (end < 0) return undefined;
  const [kind, text, after] = [
    from.toString('latin1', start, start + 1),
    from.toString('utf8', start + 1, end),
    end + 2,
  ];
  if (kind === '+') return [text, after];
  if (kind === '-') return [new Error(text), after];
  if (kind === ':') return [Number(text), after];
  if (text === '-1') return [null, after];
  if (kind === '$') {
    const stop = after + Number(text);
    return from.length < stop + 2 ? undefined : [from.toString('utf8', after, stop), stop + 2];
  }
  const list: Reply[] = [];
  let next = after;
  for (let index = 0; index < Number(text); index++) {
    const read = readReply(from, next);
    if (!read) return undefined;
    list.push(read[0]);
    next = read[1];
  }
  return [list, next];
}
