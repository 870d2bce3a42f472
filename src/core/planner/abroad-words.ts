import { fold } from '../text/words.ts';

/** Words for when and how long in other languages, folded, with what they are in English. Earlier lines come first. */
const PHRASES: readonly (readonly [string, string])[] = [
  // German, Dutch
  ['(?:die |der )?(?:nachste|nachsten|kommende|volgende|komende) (?:woche|week)', 'next week'],
  ['(?:die |der )?(?:letzte|letzten|vergangene|vorige|afgelopen) (?:woche|week)', 'last week'],
  ['(?:diese|dieser|deze) (?:woche|week)', 'this week'],
  ['(?:nachsten|volgende|komende) (?:monat|maand)', 'next month'],
  ['(?:letzten|vorige|afgelopen) (?:monat|maand)', 'last month'],
  ['(?:am|dit|dieses|in het) (?:wochenende|weekend)', 'at the weekend'],
  ['ubermorgen|overmorgen', 'the day after tomorrow'],
  ["morgens|vormittags|(?:am|im) vormittag|am morgen|'?s ochtends|in de ochtend", 'in the morning'],
  ["nachmittags|am nachmittag|'?s middags|in de middag", 'in the afternoon'],
  ["abends|am abend|'?s avonds|in de avond", 'in the evening'],
  ['nach dem (?:mittagessen|mittag)|na de lunch', 'after lunch'],
  ['vor dem (?:mittagessen|mittag)|voor de lunch', 'before lunch'],
  ['(?:nach|ab|na|vanaf) (\\d{1,2})(?:[:.](\\d{2}))? ?(?:uhr|uur)', 'after $1:$2'],
  ['(?:vor|bis|voor|tot) (\\d{1,2})(?:[:.](\\d{2}))? ?(?:uhr|uur)', 'before $1:$2'],
  ['in zwei wochen|over twee weken', 'in two weeks'],
  [
    '(?:ein(?:er|e)?|een) (?:und|en) ein(?:halb|e halbe) (?:stunden?|uur)|anderthalb (?:stunden|uur)|eineinhalb stunden',
    '90 minutes',
  ],
  ['(?:eine|einer|een) (?:halbe|halben|half) (?:stunde|uur)|halbe stunde', 'half an hour'],
  ['(?:eine|einer) stunde|een uur', 'an hour'],
  ['(?:zwei|twee) (?:stunden|uur)', 'two hours'],
  ['(?:drei|drie) (?:stunden|uur)', 'three hours'],
  ['(\\d+) ?(?:stunden?|uur)', '$1 hours'],
  ['heute|vandaag', 'today'],
  ['gestern|gisteren', 'yesterday'],
  ['morgen', 'tomorrow'],
  // French
  ['(?:la )?semaine prochaine', 'next week'],
  ['(?:la )?semaine derniere', 'last week'],
  ['cette semaine', 'this week'],
  ['(?:le )?mois prochain', 'next month'],
  ['(?:le )?mois dernier', 'last month'],
  ['apres[- ]demain', 'the day after tomorrow'],
  ['ce week-?end', 'at the weekend'],
  ["aujourd'hui", 'today'],
  ['apres le dejeuner', 'after lunch'],
  ['avant le dejeuner|avant midi', 'before noon'],
  ["(?:dans )?l'apres-midi", 'in the afternoon'],
  ['le matin', 'in the morning'],
  ['le soir', 'in the evening'],
  ['apres (\\d{1,2}) ?(?:h|heures)(\\d{2})?', 'after $1:$2'],
  ['avant (\\d{1,2}) ?(?:h|heures)(\\d{2})?', 'before $1:$2'],
  ['une heure et demie', '90 minutes'],
  ['une demi-?\\s?heure', 'half an hour'],
  ['une heure', 'an hour'],
  ['deux heures', 'two hours'],
  ['trois heures', 'three hours'],
  ['(\\d+) ?heures?', '$1 hours'],
  ['demain', 'tomorrow'],
  ['\\bhier', 'yesterday'],
  // Spanish, Portuguese, Italian
  [
    '(?:la |na |a )?(?:proxima semana|semana que viene|prossima settimana|settimana prossima)|para a semana|la prossima settimana',
    'next week',
  ],
  ['(?:la |na |a )?(?:semana pasada|semana passada|settimana scorsa|scorsa settimana)', 'last week'],
  ['esta semana|questa settimana', 'this week'],
  ['(?:el |no |il |o )?(?:proximo mes|mes que viene|prossimo mese|mese prossimo)', 'next month'],
  ['(?:el |no |il |o )?(?:mes pasado|mes passado|mese scorso|scorso mese)', 'last month'],
  ['este fin de semana|este fim de semana|questo fine settimana', 'at the weekend'],
  ['pasado manana|depois de amanha|dopodomani', 'the day after tomorrow'],
  ['(?:por|en|de) la manana|de manha|di mattina|al mattino', 'in the morning'],
  ['por la tarde|a tarde|nel pomeriggio|di pomeriggio', 'in the afternoon'],
  ['por la noche|a noite|la sera|di sera', 'in the evening'],
  ['despues de(?:l almuerzo| comer)|depois do almoco|dopo pranzo', 'after lunch'],
  ['antes del? (?:mediodia|comer)|antes do (?:meio-dia|almoco)|prima di pranzo', 'before noon'],
  ['(?:despues de las|depois das|dopo le) (\\d{1,2})(?:[:.](\\d{2}))?', 'after $1:$2'],
  ['(?:antes de las|antes das|prima delle) (\\d{1,2})(?:[:.](\\d{2}))?', 'before $1:$2'],
  ["una hora y media|uma hora e meia|un'ora e mezza", '90 minutes'],
  ["media hora|meia hora|mezz'ora", 'half an hour'],
  ["una hora|uma hora|un'ora", 'an hour'],
  ['dos horas|duas horas|due ore', 'two hours'],
  ['tres horas|tre ore', 'three hours'],
  ['(\\d+) ?(?:horas|ore)', '$1 hours'],
  ['\\bhoy|\\bhoje|\\boggi', 'today'],
  ['\\bayer|\\bontem|\\bieri', 'yesterday'],
  ['manana|amanha|domani', 'tomorrow'],
  // all
  ['(\\d+) ?(?:minuten|minutos|minuti)', '$1 minutes'],
];

const WEEKDAYS: readonly (readonly [string, string])[] = [
  ['montag|maandag|lundi|lunes|lunedi|segunda(?:-feira)?', 'Monday'],
  ['dienstag|dinsdag|mardi|martes|martedi|terca(?:-feira)?', 'Tuesday'],
  ['mittwoch|woensdag|mercredi|miercoles|mercoledi|quarta(?:-feira)?', 'Wednesday'],
  ['donnerstag|donderdag|jeudi|jueves|giovedi|quinta(?:-feira)?', 'Thursday'],
  ['freitag|vrijdag|vendredi|viernes|venerdi|sexta(?:-feira)?', 'Friday'],
  ['samstag|zaterdag|samedi|sabado|sabato', 'Saturday'],
  ['sonntag|zondag|dimanche|domingo|domenica', 'Sunday'],
];
const MONTHS: readonly (readonly [string, string])[] = [
  ['januar|januari|janvier|enero|gennaio|janeiro', 'January'],
  ['februar|februari|fevrier|febrero|febbraio|fevereiro', 'February'],
  ['marz|maart|mars|marzo|marco', 'March'],
  ['avril|abril|aprile', 'April'],
  ['\\bmai|\\bmei|mayo|maggio|maio', 'May'],
  ['juni|juin|junio|giugno|junho', 'June'],
  ['juli|juillet|julio|luglio|julho', 'July'],
  ['aout|agosto|augustus', 'August'],
  ['septembre|septiembre|settembre|setembro', 'September'],
  ['oktober|octobre|octubre|ottobre|outubro', 'October'],
  ['novembre|noviembre|novembro', 'November'],
  ['dezember|decembre|diciembre|dicembre|dezembro', 'December'],
];
const ON = '(?:am |den |an |op |le |el |il |na |no |em )?';
const NEXT = '(?:nachste[nr]? |volgende |kommenden )';
const AFTER_NEXT = ' (?:prochain|prossimo|que viene)';
const SINCE = '(?:seit |sinds |depuis |desde el |desde |da )';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  ...PHRASES.map(([from, to]) => [from, to] as const),
  ...WEEKDAYS.flatMap(([names, day]) => [
    [`${SINCE}(?:${names})`, `since ${day}`] as const,
    [`(?:${NEXT}|el proximo |na proxima )(?:${names})|(?:${names})${AFTER_NEXT}`, `next ${day}`] as const,
    [`${ON}(?:${names})`, `on ${day}`] as const,
  ]),
  ...MONTHS.map(([names, month]) => [`(?:im |in |en |em )?(?:${names})`, `in ${month}`] as const),
  ['(?:seit|sinds|depuis|desde|da) (?=yesterday|last|today)', 'since '],
].map(([from = '', to = '']) => [new RegExp(String.raw`(?<![\p{L}\d])(?:${from})(?![\p{L}\d])`, 'gu'), to]);

/** When or how long in English, whatever language of a few it is said in. English stays as it is. */
export function timesInEnglish(said: string): string {
  let text = fold(said);
  for (const [pattern, english] of PATTERNS)
    text = text.replace(pattern, (...found: (string | undefined)[]) =>
      english.replace('$1', found[1] ?? '').replace(/:\$2/, english.includes('$2') ? `:${found[2] ?? '00'}` : ''),
    );
  return text === fold(said) ? said : text;
}
