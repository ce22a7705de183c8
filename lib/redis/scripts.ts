import { hex } from '../hex.js';

/**
 * One script for each operation. Redis runs a script as a whole, so each is atomic; they need Redis 6.2 or any Valkey, and no module.
 *
 * KEYS[1] is a hash: the record (version, issuedAt, expiresAt, data), the failure (failedAt, failedUntil, failure) and `floor`, the
 * `issuedAt` of a record that was removed. KEYS[2] is the lease: its owner, for as long as the key lives. Numbers come and go as
 * text, in which they lose nothing. What somebody else has put under these names counts as nothing there.
 */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

const COMMON = `
local HOUR, DAY = 3600000, 86400000
-- What is out of date is kept this much longer: clocks and processes are late.
local GRACE = 120000

local function number(text)
  local value = text and tonumber(text)
  if value and value > -1e16 and value < 1e16 then return value end
end

local function exact(value)
  return string.format('%.17g', value)
end

-- Nothing, where the key is not of the type that we have given it.
local function ours(...)
  local reply = redis.pcall(...)
  if type(reply) ~= 'table' or not reply.err then return reply end
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then error(reply.err, 0) end
end

local time = redis.call('TIME')
local clock = time[1] * 1000 + math.floor(time[2] / 1000)

-- When a record was issued. No clock is an hour ahead of this one: such a record is not one of ours.
local function issue(text)
  local at = number(text)
  if at and at <= clock + HOUR then return at end
end

local function look()
  local reply = ours('HMGET', KEYS[1], 'version', 'issuedAt', 'expiresAt', 'data', 'floor', 'failedAt', 'failedUntil', 'failure')
  local there = { foreign = not reply, now = clock, left = 0 }
  local version, issuedAt, expiresAt, data, floor, failedAt, failedUntil, failure = unpack(reply or {})

  there.floor = issue(floor)
  there.newest = there.floor
  issuedAt = issue(issuedAt)
  if version and issuedAt and data and (expiresAt == '' or number(expiresAt)) then
    there.record = { version = version, issuedAt = issuedAt, expiresAt = number(expiresAt), data = data }
    there.newest = math.max(issuedAt, there.floor or issuedAt)
  end
  if there.newest then there.now = math.max(clock, there.newest) end
  -- One that has expired is of no use to anybody; that it was there still counts.
  if there.record and (there.record.expiresAt or there.now + 1) > there.now then there.valid = there.record end

  failedAt, failedUntil = number(failedAt), number(failedUntil)
  if failure and failedAt and failedUntil and failedUntil + GRACE > there.now then
    there.failure = { at = failedAt, untilWhen = failedUntil, data = failure }
  end

  -- A lease that never ends, or not for hours, is not one of ours.
  local owner, left = ours('GET', KEYS[2]), redis.call('PTTL', KEYS[2])
  if owner and left >= 0 and left <= HOUR then
    there.owner, there.left = owner, math.max(left, 1)
  end
  return there
end

local function reply(there, granted)
  local record, failure = there.valid, there.failure
  return {
    exact(there.now), exact(there.left), granted and '1' or '0',
    record and '1' or '0', record and record.version or '', record and exact(record.issuedAt) or '',
    record and record.expiresAt and exact(record.expiresAt) or '', record and record.data or '',
    failure and '1' or '0', failure and exact(failure.at) or '', failure and exact(failure.untilWhen) or '',
    failure and failure.data or '',
  }
end

-- Before something is written.
local function clear(there)
  if there.foreign then redis.call('DEL', KEYS[1]) end
end

-- After something was written: no key stays longer than it is needed.
local function keep()
  local there = look()
  local life = 0
  if there.record then
    life = there.record.expiresAt and there.record.expiresAt - there.now or 30 * DAY
    life = math.max(life, 0) + GRACE
  end
  if there.floor then life = math.max(life, HOUR) end
  if there.failure then life = math.max(life, there.failure.untilWhen + GRACE - there.now) end
  if life > 0 then
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.min(life, 400 * DAY)))
  elseif not there.foreign then
    redis.call('DEL', KEYS[1])
  end
  return there
end

local function unlock(there, owner)
  if there.owner ~= owner then return false end
  redis.call('DEL', KEYS[2])
  return true
end

-- To be allowed to publish is worth having, and not needed.
local function wake(channel, key)
  redis.pcall('PUBLISH', channel, key)
end
`;

const READ = `
return reply(look())
`;

const LEASE = `
local owner, ms, known = ARGV[1], ARGV[2], ARGV[3]
local there = look()
local isFree = not there.owner or there.owner == owner
local granted = isFree and (not there.valid or '=' .. there.valid.version == known)
if granted then
  redis.call('SET', KEYS[2], owner, 'PX', ms)
  there.left = tonumber(ms)
end
return reply(there, granted)
`;

const WRITE = `
local channel, key, owner, version, issuedAt, expiresAt, data = unpack(ARGV)
local there, at = look(), issue(issuedAt)
unlock(there, owner)
if at and at >= (there.newest or at) then
  clear(there)
  redis.call('HSET', KEYS[1], 'version', version, 'issuedAt', issuedAt, 'expiresAt', expiresAt, 'data', data)
  redis.call('HDEL', KEYS[1], 'floor', 'failedAt', 'failedUntil', 'failure')
end
wake(channel, key)
return reply(keep())
`;

const FAIL = `
local channel, key, owner, failedAt, failedUntil, failure = unpack(ARGV)
local there, at = look(), number(failedAt)
unlock(there, owner)
if at and number(failedUntil) then
  if not there.record or there.record.issuedAt <= at then
    clear(there)
    redis.call('HSET', KEYS[1], 'failedAt', failedAt, 'failedUntil', failedUntil, 'failure', failure)
  end
elseif not there.foreign then
  redis.call('HDEL', KEYS[1], 'failedAt', 'failedUntil', 'failure')
end
wake(channel, key)
keep()
return {}
`;

const RELEASE = `
local channel, key, owner = unpack(ARGV)
local there = look()
if unlock(there, owner) then wake(channel, key) end
return {}
`;

const REMOVE = `
local channel, key, version = unpack(ARGV)
local there = look()
if there.record and there.record.version == version then
  -- In this order: where memory is short a script may not begin with HSET, but may go on with it.
  redis.call('HDEL', KEYS[1], 'version', 'issuedAt', 'expiresAt', 'data')
  redis.call('HSET', KEYS[1], 'floor', exact(there.newest))
  wake(channel, key)
  keep()
end
return {}
`;

const SOURCES = { read: READ, lease: LEASE, write: WRITE, fail: FAIL, release: RELEASE, remove: REMOVE };

export type Scripts = Record<keyof typeof SOURCES, Script>;

let made: Promise<Scripts> | undefined;

/** By their names, each with the SHA-1 under which Redis knows it. */
export function scripts(): Promise<Scripts> {
  return (made ??= Promise.all(
    Object.entries(SOURCES).map(async ([name, body]) => {
      const source = (COMMON + body).trim();
      const hash = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(source));
      return [name, { source, sha1: hex(new Uint8Array(hash)) }];
    }),
  ).then((all) => Object.fromEntries(all) as Scripts));
}
