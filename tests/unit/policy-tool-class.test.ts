import { expect, test } from 'vitest';
import { carriesAmount, classifyTool } from '#core/policy/tool-class.ts';

test.each(['get_balance', 'read_file', 'list-files', 'searchEmails', 'check_opening_hours', 'show'])(
  '%s tells something and changes nothing',
  (name) => {
    expect(classifyTool({ name, arguments: ['query'] })).toMatchObject({ pureRead: true, destructive: false });
  },
);

test.each(['send_money', 'create_event', 'update_user', 'getaway', 'reserve_hotel', ''])(
  '%s may have consequences',
  (name) => {
    expect(classifyTool({ name, arguments: [] })).toMatchObject({ pureRead: false, destructive: false });
  },
);

test.each(['delete_file', 'removeUser', 'cancel-event', 'reset_password'])('%s takes something away', (name) => {
  expect(classifyTool({ name, arguments: [] })).toMatchObject({ pureRead: false, destructive: true });
});

test.each(['url', 'page_url', 'webhookUrl', 'host', 'email'])(
  'reading from a given %s is a way out, for it sends the argument there',
  (argument) => {
    expect(classifyTool({ name: 'get_page', arguments: [argument] }).pureRead).toBe(false);
    expect(classifyTool({ name: 'get_page', arguments: ['count', argument] }).pureRead).toBe(false);
  },
);

test('arguments are addresses unless their name says that they are content', () => {
  const names = [
    'recipient',
    'amount',
    'id',
    'file_path',
    'password',
    'x',
    '_',
    'body',
    'subject',
    'start_time',
    'messageText',
  ];
  expect(classifyTool({ name: 'send', arguments: names }).roles).toEqual({
    recipient: 'address',
    amount: 'address',
    id: 'address',
    file_path: 'address',
    password: 'address',
    x: 'address',
    _: 'address',
    body: 'content',
    subject: 'content',
    start_time: 'content',
    messageText: 'content',
  });
});

test('a word of an argument’s name says that it is a sum of money', () => {
  for (const name of ['amount', 'total_amount', 'priceLimit', '--cost--']) expect(carriesAmount(name), name).toBe(true);
  for (const name of ['amounts', 'recipient', '', '_']) expect(carriesAmount(name), name).toBe(false);
});

test('what stands around and between the words of a name counts for nothing', () => {
  expect(classifyTool({ name: '__get--balance__', arguments: ['_body_', '__url'] })).toEqual({
    pureRead: false,
    destructive: false,
    roles: { _body_: 'content', __url: 'address' },
  });
  expect(classifyTool({ name: '__get--balance__', arguments: ['_'] }).pureRead).toBe(true);
  expect(classifyTool({ name: '', arguments: [] })).toEqual({ pureRead: false, destructive: false, roles: {} });
});
