import { dice } from '../write/dice.ts';
import { nothing, type Case, type World } from '../world.ts';
import { mailWorld } from './mail.ts';

/** Goals that fit no method, and goals in other languages, over a vault of mail: the honest answer is no answer. */
export function unfitWorld(seed: number, heldOut: boolean): World {
  const d = dice(`unfit ${seed}`);
  const world = mailWorld(seed, heldOut);
  const cases: Case[] = [
    ...d
      .some(
        FITS_NOTHING.filter((_, i) => (i % 2 === 1) === heldOut),
        6,
      )
      .map((goal) => honest(goal, heldOut, 'not-understood')),
    ...d
      .some(
        OTHER_LANGUAGES.filter((_, i) => (i % 2 === 1) === heldOut),
        3,
      )
      .map((goal) => honest(goal, heldOut, 'language-not-understood')),
  ];
  return { ...world, method: 'unfit', cases };
}

function honest(goal: string, heldOut: boolean, outcome: 'not-understood' | 'language-not-understood'): Case {
  const place = outcome === 'not-understood' ? FITS_NOTHING.indexOf(goal) : OTHER_LANGUAGES.indexOf(goal);
  return {
    goal,
    heldOut,
    phrasing: `${outcome}/${place + 1}`,
    expect: { ...nothing, kinds: ['not-understood'], outcomes: [outcome] },
  };
}

/** Every second one is held out. */
export const FITS_NOTHING: readonly string[] = [
  'Book me a flight to Lisbon',
  'Turn on the lights in the kitchen',
  'Write a poem about the sea',
  'Order a pizza with extra olives',
  'Play some jazz',
  'Call my mother',
  'Translate this into Polish',
  'Set a timer for ten minutes',
  'Generate a picture of a fox',
  'Buy ten shares of something safe',
  'Send an email to everybody',
  'Delete all newsletters',
  'Teach me to juggle',
  'Tell me a joke',
  'Fix the printer',
  'Write a Python script that sorts a list',
  'Open the garage door',
  'Remind me to water the plants',
  'Post this on social media',
  'Install the latest update',
  'Sing happy birthday',
  'Pay the electricity bill',
  'Navigate to the railway station',
  'Take a screenshot',
  'Lower the heating by two degrees',
  'Subscribe me to a newspaper',
  'Compose a melody in D minor',
  'Reserve a table for four at eight',
  'Print the boarding pass',
  'Make me a sandwich',
  'asdf qwer zxcv',
  'Do the thing',
  'Encrypt my hard disk',
  'Change my password to something stronger',
  'Draw a floor plan of a house with three rooms',
  'Cancel my subscription',
];

export const OTHER_LANGUAGES: readonly string[] = [
  'Fasse bitte mein Postfach zusammen und sage mir, wer auf eine Antwort wartet',
  'Wann kann ich mich nächste Woche eine Stunde lang mit meiner Kollegin treffen?',
  'Résume ma boîte aux lettres et dis-moi ce que l’on attend de moi',
  'Quand puis-je rencontrer ma collègue la semaine prochaine après le déjeuner ?',
  'Resume mi buzón y dime qué me piden y para cuándo',
  '¿Cuándo puedo reunirme con mi compañera la próxima semana?',
  'Riassumi la mia casella di posta e dimmi chi aspetta una risposta',
  'Quando posso incontrare la mia collega la prossima settimana?',
  'Resuma a minha caixa de correio e diga-me o que me pedem',
  'Quando posso encontrar a minha colega na próxima semana?',
  'Vat mijn mailbox samen en zeg me wie er op antwoord wacht',
  'Wanneer kan ik mijn collega volgende week een uur spreken?',
  'このメールボックスを要約して、誰が返事を待っているか教えてください',
  '来週、同僚と一時間会えるのはいつですか',
  'Podsumuj moją skrzynkę i powiedz, kto czeka na odpowiedź',
  'Kiedy mogę się spotkać z koleżanką w przyszłym tygodniu?',
  'Sammanfatta min inkorg och säg vem som väntar på svar',
  'Подведи итог моей почты и скажи, кто ждёт ответа',
  '总结我的邮箱，告诉我谁在等待答复',
  'Posta kutumu özetle ve kimin yanıt beklediğini söyle',
];
