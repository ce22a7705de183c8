import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkFault, commitFault, type Fault } from './fault.js';
import { createGate } from './gate.js';
import { startHost } from './host.js';
import { createLedger } from './ledger.js';
import { checkTimes } from './options.js';
import { Refusal } from './refusal.js';
import { createScript } from './script.js';
import { send, sendJson } from './send.js';
import { createTally } from './tally.js';
import { readGrant, receiveTokenRequest } from './token-request.js';
import { readRevocation } from './token-server-revocation.js';
import { readTokenServerOptions } from './token-server-options.js';
import type { TokenAnswer, TokenServer, TokenServerOptions, TokenServerRequest } from './token-server-types.js';

const revocationPath = '/oauth2/revoke';

/**
 * Starts an OAuth 2.0 authorization server for client credentials (RFC 6749 §4.4) on 127.0.0.1 and a free port: real HTTP, strict
 * about requests, with scripted faults and a gate for tests. Clients authenticate by HTTP Basic or body parameters (§2.3.1).
 *
 * @param options clients, lifetimes and what asking again does
 * @throws {TypeError} (as a rejection) naming the option that is unknown or wrong.
 * @example
 * ```ts
 * import { startTokenServer } from 'axios-client-credentials/testing';
 *
 * await using server = await startTokenServer({ lifetimeSeconds: 60 });
 * const source = clientCredentials({
 *   tokenUrl: server.tokenUrl,
 *   clientId: server.clientId,
 *   clientSecret: server.clientSecret,
 * });
 *
 * server.fail({ status: 503, retryAfter: 1 }, 2); // the next two token requests
 * const hold = server.hold(); // those behind them wait
 * hold.release();
 * ```
 */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const { clients, path, lifetimeSeconds, latencyMs, tokenType, answer, reissue, now } =
    readTokenServerOptions(options);
  const ledger = createLedger(reissue, now);
  const gate = createGate();
  const faults = createScript<Fault>();
  const tally = createTally('requests', 'issued', 'refused', 'faulted');
  const requests: TokenServerRequest[] = [];
  const host = await startHost((incoming, response) => tally.track(response, () => serve(incoming, response)));

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receiveTokenRequest(incoming, now());
    requests.push(request);
    tally.count('requests');
    await gate.pass();
    const fault = request.path === path ? faults.take() : undefined;
    await host.pause(latencyMs());
    if (fault === undefined) {
      answerRequest(request, response);
    } else {
      tally.count('faulted');
      commitFault(fault, response);
    }
  }

  function answerRequest(request: TokenServerRequest, response: ServerResponse): void {
    try {
      if (request.path === revocationPath && path !== revocationPath) {
        ledger.revoke(readRevocation(request, clients, ledger));
        send(response, 200, '', { 'cache-control': 'no-store' });
        return;
      }
      sendToken(issue(request), request, response);
      tally.count('issued');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tally.count('refused');
      sendJson(response, error.status, error, { 'cache-control': 'no-store', ...error.headers });
    }
  }

  function issue(request: TokenServerRequest): TokenAnswer {
    if (request.path !== path) throw new Refusal(404, 'not_found', `the token endpoint is ${path}`);
    const grant = readGrant(request, clients);
    const token = ledger.issue({ ...grant, lifetimeSeconds: lifetimeSeconds(request) });
    return {
      access_token: token.accessToken,
      token_type: tokenType,
      expires_in: token.expiresInSeconds,
      scope: grant.scope,
    };
  }

  function sendToken(token: TokenAnswer, request: TokenServerRequest, response: ServerResponse): void {
    const body = answer(request, token);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    send(response, 200, text, { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' });
  }

  async function close(): Promise<void> {
    const closed = host.close();
    gate.release();
    await closed;
  }

  return {
    url: host.url,
    tokenUrl: host.url + path,
    revocationUrl: host.url + revocationPath,
    clientId: clients[0].clientId,
    get clientSecret() {
      return clients[0].clientSecret ?? '';
    },
    requests,
    stats: tally.read,
    resetStats() {
      tally.reset();
      requests.length = 0;
    },
    fail(fault, times = 1) {
      checkFault(fault);
      checkTimes('fail', times);
      faults.append(fault, times);
    },
    heal: faults.clear,
    hold: gate.hold,
    isActive: ledger.isActive,
    describe: ledger.describe,
    revoke: ledger.revoke,
    revokeAll: ledger.revokeAll,
    close,
    [Symbol.asyncDispose]: close,
  };
}
