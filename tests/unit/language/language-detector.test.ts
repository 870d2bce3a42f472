import { expect, test } from 'vitest';
import { languageDetector } from '#adapters/language/language-detector.ts';

test.each([
  ['de', 'Fasse meine E-Mails der letzten Woche zusammen'],
  ['de', 'Wann kann ich Alice nächste Woche treffen?'],
  ['fr', 'Résume ma boîte mail'],
  ['fr', 'Trouve un créneau de 30 minutes avec Paul'],
  ['es', 'Resume mi correo'],
  ['es', '¿Cuánto gastamos en octubre?'],
  ['it', 'Riassumi la mia posta'],
  ['pt', 'Resuma a minha caixa de correio'],
  ['nl', 'Vat mijn mailbox samen'],
  ['sv', 'Sammanfatta min inkorg'],
  ['da', 'Hvornår kan jeg mødes med Bo?'],
  ['pl', 'Podsumuj moją skrzynkę'],
  ['fi', 'Milloin olen vapaa ensi viikolla?'],
  ['ru', 'Составь отчёт'],
  ['ja', '今週の予定を教えて'],
  ['zh', '总结我的邮件'],
  ['ko', '이메일 요약해줘'],
  ['ar', 'لخص بريدي'],
])('%s is told from "%s"', (code, text) => {
  expect(languageDetector.detect(text)).toBe(code);
});

test.each([
  'Summarise',
  'inbox',
  'free tomorrow?',
  'total sales',
  'spend oct',
  'top 5 customers',
  'status report',
  'summarise mail de Alice',
  'Find time with José Núñez',
  'lunch with Zoë Ångström in Malmö',
  'what did der spiegel say',
  'Find the note "Was steht im Vertrag" in my files',
  'recap inbox',
  'qwe zxc',
  'revenue per région',
  'Kestrel',
  '',
  '12',
])('"%s" is never called foreign', (text) => {
  expect(['en', 'und']).toContain(languageDetector.detect(text));
});
