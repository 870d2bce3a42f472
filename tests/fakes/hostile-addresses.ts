/** Addresses of servers on this device or in its network that the owner approved. */
export const LOCAL = new Set([
  'http://localhost:11434',
  'http://127.0.0.1:8080',
  'http://[::1]:9000',
  'http://nas.local:80',
]);

const IPV4 = ['127.0.0.1', '10.0.0.1', '192.168.1.1', '172.16.0.1', '169.254.169.254', '0.0.0.0', '8.8.8.8'];

/** Every way the WHATWG parser reads as that address. */
function spellings(address: string): string[] {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (n: number): string => `0x${n.toString(16)}`;
  const oct = (n: number): string => `0${n.toString(8)}`;
  return [
    address,
    String(whole),
    hex(whole),
    oct(whole),
    parts.map(hex).join('.'),
    parts.map(oct).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${address}.`,
    parts.map((n) => String(n).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))).join('.'),
    parts.join('\u3002'),
  ];
}

const IPV6 = [
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[fe80::1]',
  '[fc00::1]',
  '[2001:db8::1]',
  '[64:ff9b::a00:1]',
];
const NAMES =
  'localhost a.localhost printer.local db.internal router.lan x.home x.corp y.intranet z.private q.home.arpa w.onion k.test metadata intranet'.split(
    ' ',
  );
const DISGUISED = [
  'https://api.example.com@evil.example/',
  'https://api.example.com:pw@evil.example/',
  'https://@api.example.com/',
  'https://:@api.example.com/',
  'https://api.example.com\\@evil.example/',
  'https:\\\\evil.example/',
  'https://evil.example\\.api.example.com/',
  'https://api.example.com\t.evil.example/',
  'https://api.exam\nple.com/',
  ' https://api.example.com/',
  'https://api.example.com/ ',
  'https://api\u00ad.example.com/',
  'https://api\u200b.example.com/',
  'https://api.example.com\u2060/',
  'https://api.example.com./',
  'https://api.example.com/a%2f..%2fb',
  'https://api.example.com/a%5cb',
  'https://api.example.com/a%00',
  'http://api.example.com/',
  'ftp://api.example.com/',
  'ws://api.example.com/',
  'wss://api.example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://api.example.com/x',
  'about:blank',
  'chrome://settings',
  'view-source:https://api.example.com/',
  '//api.example.com/',
  'api.example.com',
  'https:///',
  'https://',
  '',
  'https://[::1',
  'https://999.1.1.1/',
  'https://1.2.3.4.5/',
  'https://api.example.com:99999/',
  'http://localhost:11435/',
  'http://localhost/',
  'http://127.0.0.2:11434/',
  'https://localhost:11434/',
  'http://nas.local:81/',
];

/** Addresses that are not what they seem: none of them is a target. */
export const HOSTILE_ADDRESSES: readonly string[] = [
  ...IPV4.flatMap(spellings).flatMap((host) => [`https://${host}/`, `http://${host}/`]),
  ...IPV6.map((host) => `https://${host}/`),
  ...NAMES.flatMap((host) => [`https://${host}/`, `http://${host}/`]),
  ...DISGUISED,
];
