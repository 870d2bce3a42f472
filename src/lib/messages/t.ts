import { en } from './en.ts';
import type { Message } from './message.ts';

export type MessageKey = keyof typeof en;

type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type TextOf<Key extends MessageKey> = (typeof en)[Key] extends { readonly other: infer Other }
  ? Other
  : (typeof en)[Key];
type Names<Key extends MessageKey> =
  Placeholders<TextOf<Key>> | ((typeof en)[Key] extends { readonly other: string } ? 'count' : never);
export type Parameters<Key extends MessageKey> = [Names<Key>] extends [never]
  ? []
  : [parameters: { readonly [name in Names<Key>]: string | number }];

const plurals = new Intl.PluralRules('en');

/** The text for a key, its {placeholders} filled in. Which placeholders a text has is checked by the compiler. */
export function t<Key extends MessageKey>(key: Key, ...[parameters]: Parameters<Key>): string {
  const message: Message = en[key];
  const values: { readonly [name: string]: string | number } = parameters ?? {};
  const text =
    typeof message === 'string'
      ? message
      : plurals.select(Number(values['count'])) === 'one'
        ? message.one
        : message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
