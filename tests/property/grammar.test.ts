import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { accept, begin, isComplete, type Acceptance } from '#core/grammar/acceptor.ts';
import { grammarOf, sequence, type Grammar } from '#core/grammar/grammar.ts';
import { byteLevelBytes, vocabularyOf, spacedBytes } from '#core/grammar/vocabulary.ts';
import { fits } from '../fakes/schema-check.ts';
import { schemas, type SchemaAndValues } from '../fakes/random-schemas.ts';

const after = (grammar: Grammar, text: string | Uint8Array): Acceptance =>
  (typeof text === 'string' ? utf8(text) : text).reduce<Acceptance>(
    (state, byte) => accept(state, byte),
    begin(grammar),
  );
const compiled = (schema: Json): Grammar => {
  const grammar = grammarOf(schema);
  if (!grammar.ok) throw new Error(grammar.error);
  return grammar.value;
};
const takes = (schema: Json, text: string): boolean => isComplete(after(compiled(schema), text));

/** As other writers of JSON have it: spaces after colons and commas. */
const spaced = (value: Json): string =>
  JSON.stringify(value, null, 1).replace(/\n */g, (_, at: number, all: string) => (all[at - 1] === ',' ? ' ' : ''));

/** Writes at random what is let through, and ends where it may; letters and ends are likelier than the rest. */
function written(grammar: Grammar, random: Random): Uint8Array | null {
  const bytes: number[] = [];
  let state = begin(grammar);
  while (bytes.length < 600) {
    const may = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => accept(state, byte).length > 0);
    if (isComplete(state) && (may.length === 0 || random.chance(0.3))) return Uint8Array.from(bytes);
    expect(may.length, `nothing goes on after ${JSON.stringify(String.fromCharCode(...bytes))}`).toBeGreaterThan(0);
    const closing = may.filter((byte) => '"}],:'.includes(String.fromCharCode(byte)));
    const from =
      closing.length > 0 && random.chance(0.5) ? closing : may.filter((byte) => byte > 0x20 || may.length < 5);
    const among = from.length > 0 ? from : may;
    const byte = random.pick(among);
    bytes.push(byte);
    state = accept(state, byte);
  }
  return null;
}

describe('what a model may write by a schema', () => {
  test('every valid value can be written: compact, indented, with spaces, its properties in any order', () => {
    fc.assert(
      fc.property(schemas(), ({ schema, values }: SchemaAndValues) => {
        const grammar = compiled(schema);
        for (const value of values) {
          expect(fits(schema, value), JSON.stringify([schema, value])).toBe(true);
          for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2), spaced(value)])
            expect(isComplete(after(grammar, text)), `${JSON.stringify(schema)} <- ${text}`).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('whatever it lets through to the end is JSON, in UTF-8, and valid', () => {
    let ended = 0;
    fc.assert(
      fc.property(schemas(), fc.nat(), (one, seed) => {
        const bytes = written(compiled(one.schema), seededRandom(seed));
        if (bytes === null) return;
        ended++;
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        const value = JSON.parse(text) as Json;
        expect(fits(one.schema, value), `${JSON.stringify(one.schema)} <- ${text}`).toBe(true);
        expect(text.isWellFormed() && JSON.stringify(value).isWellFormed()).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect(ended).toBeGreaterThan(90);
  });

  test('a prefix of something valid is let through, and is not taken for the whole', () => {
    fc.assert(
      fc.property(schemas(), ({ schema, values }: SchemaAndValues) => {
        const grammar = compiled(schema);
        for (const value of values) {
          const bytes = utf8(JSON.stringify(value));
          for (let end = 0; end <= bytes.length; end++) {
            const state = after(grammar, bytes.slice(0, end));
            expect(state.length).toBeGreaterThan(0);
            if (!isComplete(state)) continue;
            const part = new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(0, end));
            expect(fits(schema, JSON.parse(part) as Json), part).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each<[string, Json, readonly string[], readonly string[]]>([
    [
      'integers',
      { type: 'integer' },
      ['0', '-7', '9007199254740991'],
      ['01', '-0', '1.0', '1e3', '9007199254740992', '-'],
    ],
    [
      'bounded integers',
      { type: 'integer', minimum: 18, maximum: 120 },
      ['18', '99', '120'],
      ['17', '121', '1', '2', '200', '-18'],
    ],
    [
      'numbers',
      { type: 'number' },
      ['0', '-0.5', '1e21', '5e-324', '1.7976931348623157e+308'],
      ['.5', '1.', '1e999', '+1', 'NaN'],
    ],
    [
      'bounded numbers',
      { type: 'number', minimum: -0.5, maximum: 1.5 },
      ['-0.5', '1.5', '0', '1.25'],
      ['-0.6', '1.51', '2', '15'],
    ],
    [
      'numbers of a narrow range',
      { type: 'number', minimum: -16.15, maximum: -16.15 },
      ['-16.15', '-16.1500'],
      ['-16.149', '-16.151', '-16', '16.15'],
    ],
    [
      'text',
      { type: 'string', minLength: 2, maxLength: 3 },
      ['"ab"', '"äöü"', '"\\n\\ud83d\\ude00x"', '"😀😀😀"'],
      ['"a"', '"abcd"', '"\\ud83d"', '"\\ude00ab"', '"a\nb"'],
    ],
    [
      'words',
      { enum: ['a', 'ab', 1, 12, null, { k: [true] }] },
      ['"a"', '"ab"', '1', '12', 'null', '{ "k": [true] }'],
      ['"b"', '"abc"', '2', '{"k": []}'],
    ],
    ['several types', { type: ['string', 'null', 'integer'] }, ['"x"', 'null', '5'], ['true', '[]', '1.5']],
    [
      'tuples',
      { prefixItems: [{ type: 'integer' }, { type: 'boolean' }], items: false, minItems: 1 },
      ['[1]', '[1, true]'],
      ['[]', '[true]', '[1,true,1]'],
    ],
    [
      'keys with signs of JSON',
      { properties: { 'a"b\\': { const: 1 }, ü: { const: 2 } }, required: ['a"b\\'], additionalProperties: false },
      ['{"a\\"b\\\\":1}', '{"ü":2,"a\\"b\\\\":1}'],
      ['{"ü":2}', '{"a":1}', '{"a\\"b\\\\":1,"a\\"b\\\\":1}'],
    ],
    [
      'other keys',
      { type: 'object', properties: { a: { const: 1 } }, additionalProperties: { type: 'boolean' } },
      ['{}', '{"b":true,"a":1}', '{"aa":false}'],
      ['{"a":true}', '{"b":1}', '{"b":true,"b":false}'],
    ],
    ['anything', true, ['{"a":[1,{"b":null}],"c":"d"}', '[]', '-3.5e-7'], ['{a:1}', '[1,]', "'x'"]],
    [
      'trees',
      {
        $ref: '#/$defs/node',
        $defs: {
          node: {
            type: 'object',
            properties: { left: { $ref: '#/$defs/node' }, v: { type: 'integer' } },
            required: ['v'],
            additionalProperties: false,
          },
        },
      },
      ['{"v":1}', '{"left":{"left":{"v":3},"v":2},"v":1}'],
      ['{"left":{}}', '{"v":1,"right":{"v":2}}'],
    ],
  ])('%s', (_, schema, valid, invalid) => {
    for (const text of valid) expect(takes(schema, text), text).toBe(true);
    for (const text of invalid) expect(takes(schema, text), text).toBe(false);
  });

  test.each<[string, Json, RegExp]>([
    [
      'a pattern',
      { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } },
      /pattern at #\/properties\/a/,
    ],
    ['nothing to choose from', { enum: [] }, /nothing to choose/],
    ['a required property that may not be', { required: ['a'], additionalProperties: false }, /a is required/],
    ['bounds that cross', { type: 'integer', minimum: 0.2, maximum: 0.8 }, /No integer/],
    ['itself', { anyOf: [{ $ref: '#' }, { type: 'null' }] }, /itself/],
    ['another document', { $ref: 'https://example.com/schema' }, /not in this schema/],
  ])('%s is refused by name, not ignored', (_, schema, reason) => {
    const grammar = grammarOf(schema);
    expect(grammar.ok ? '' : grammar.error).toMatch(reason);
  });
});

describe('which tokens may come', () => {
  const pieces = [
    '{',
    '}',
    '"',
    '": ',
    '"a"',
    '"a": 1',
    '{"a',
    ' ',
    '\n',
    '1',
    '12',
    '-',
    '.5',
    ',',
    'true',
    'fal',
    'se',
    'null',
    'ü',
    '😀',
    'ab',
    '[',
    ']',
    '<tool_call>',
  ];
  const bytes = [
    ...pieces.map((piece) => utf8(piece)),
    ...Array.from(utf8('ü😀'), (byte) => Uint8Array.of(byte)),
    null,
  ];
  const vocabulary = vocabularyOf(bytes);

  test('a token may come exactly where all its bytes may, though it ends inside a character', () => {
    fc.assert(
      fc.property(schemas(), fc.nat(), (one, seed) => {
        const random = seededRandom(seed);
        const mask = vocabulary.within(sequence('<tool_call>', compiled(one.schema), '\n'));
        let state = mask.start;
        for (let step = 0; step < 30; step++) {
          const here = state;
          const each = bytes.flatMap((token, id) => (token !== null && mask.after(here, id).length > 0 ? [id] : []));
          expect([...mask.allowed(state)].sort((a, b) => a - b)).toEqual(each);
          if (each.length === 0) break;
          state = mask.after(state, random.pick(each));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the end may come only when the value is whole', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false,
    };
    const mask = vocabulary.within(compiled(schema));
    let state = mask.start;
    const ends = ['{"a', '": ', '12', '}'].map((piece) => {
      const before = mask.mayEnd(state);
      state = mask.after(state, pieces.indexOf(piece));
      return before;
    });
    expect(ends).toEqual([false, false, false, false]);
    expect(mask.mayEnd(state)).toBe(true);
    expect(mask.allowed(state)).toEqual([]);
  });

  test('a byte-level vocabulary covers every byte, and one with marked spaces its bytes by number', () => {
    const characters = ['!', '"', '#', 'Ġ', 'Ċ', 'Ã', '¼'];
    expect(characters.map((character) => [...(byteLevelBytes(character) ?? [])])).toEqual([
      [0x21],
      [0x22],
      [0x23],
      [0x20],
      [0x0a],
      [0xc3],
      [0xbc],
    ]);
    expect(new TextDecoder().decode(byteLevelBytes('ĠmÃ¼de')!)).toBe(' müde');
    expect(byteLevelBytes('▁')).toBeNull();
    expect(new TextDecoder().decode(spacedBytes('▁hello'))).toBe(' hello');
    expect(spacedBytes('<0xE2>')).toEqual(Uint8Array.of(0xe2));
  });
});
