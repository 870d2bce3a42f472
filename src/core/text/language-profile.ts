import { fold } from './words.ts';

/**
 * The language of a short text by its script and its commonest words: ISO 639-1, or 'und' when too little is known.
 * English words weigh as evidence for English, so a short English command with a foreign name in it stays English.
 */
export function languageOf(text: string): string {
  const script = languageOfScript(text);
  if (script !== null) return script;
  const words = fold(text.replace(/ß/g, 'ss')).match(/\p{L}+(?:'\p{L}+)*/gu) ?? [];
  const scores = new Map<string, number>();
  for (const word of words.flatMap((whole) =>
    whole.includes("'") ? [whole, ...whole.split("'").map((part) => `${part}'`)] : [whole],
  )) {
    for (const [code, common] of PROFILES) if (common.has(word)) scores.set(code, (scores.get(code) ?? 0) + 1);
  }
  for (const [code, letters] of LETTERS) {
    if (letters.test(text)) scores.set(code, (scores.get(code) ?? 0) + 0.5);
  }
  const english = scores.get('en') ?? 0;
  scores.delete('en');
  const [best, second] = [...scores].sort((a, b) => b[1] - a[1]);
  if (english >= 1 && english >= (best?.[1] ?? 0)) return 'en';
  if (best === undefined) return 'und';
  const sure = best[1] >= 2 && best[1] > english + 0.5 && best[1] / Math.max(1, words.length) >= 0.25;
  return sure && best[1] > (second?.[1] ?? 0) ? best[0] : 'und';
}

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['uk', /[іїєґ]/giu],
  ['ru', /\p{Script=Cyrillic}/gu],
];

/** A script that only one of the listed languages is commonly written in, when it makes up most of the letters. */
function languageOfScript(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return null;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin * 2 >= letters) return null;
  return SCRIPTS.find(([, pattern]) => (text.match(pattern)?.length ?? 0) > 0)?.[0] ?? 'und';
}

/** Letters that the language has and English has not. */
const LETTERS: readonly (readonly [string, RegExp])[] = [
  ['de', /[äöüß]/i],
  ['fr', /[àâçèêëîïôùûœ]/i],
  ['es', /[ñ¿¡]/i],
  ['pt', /[ãõ]/i],
  ['pl', /[ąćęłńśźż]/i],
  ['cs', /[ěščřžů]/i],
  ['sv', /[åäö]/i],
  ['da', /[æøå]/i],
  ['tr', /[ğışİ]/],
  ['hu', /[őű]/i],
];

/** Common words of each, in `fold` form; also the verbs with which people there would state a goal. */
const PROFILES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    en: `the a an of to and in is are was were be been for on with at by from this that these those what which who whom
      when where why how do does did can could would should will may must have has had i me my mine you your we us our
      he she it its they them their not no any all some each every please find show list give tell make write summarise
      summarize summary meeting mail mails email emails inbox week month report free time much many total average top
      next last before after between about files file average trend per highest lowest biggest count`,
    de: `der die das den dem des ein eine einen einem einer und oder nicht ist sind war waren wird werden wurde ich du er
      wir ihr mich mir mein meine meinen meiner meinem dein kann kannst konnen soll mit von fur auf aus bei nach vor zu
      zum zur im am um uber wie was wer wann wo warum welche welcher welches wieviel viel viele bitte fasse zusammen
      zeige zeig finde gib schreibe nachste nachsten nachster letzte letzten letzter woche monat postfach heute morgen
      termin termine bericht habe hat haben gibt noch auch sie es alle frei`,
    fr: `le la les un une des du de et ou est sont etait je tu il elle nous vous ils mon ma mes ton ta ses notre votre
      que qui quoi quand comment combien quel quelle quels quelles pourquoi ou dans sur avec pour par pas ne au aux ce
      cette ces ai as a avons avez ont peux peut resume resumer trouve trouver montre ecris rapport semaine prochaine
      mois courrier messages s'il plait reunion demain mes l' d' qu' j' c' n'`,
    es: `el la los las un una unos unas de del y o es son era yo tu nosotros mi mis tus su sus que quien cuando como
      cuanto cuantos cual cuales donde por para con en al se no lo me te ha han hay puedo puede resume resumir busca
      encuentra muestra escribe informe semana proxima mes correo correos reunion manana favor`,
    it: `il lo la gli le un uno una di del della dei delle e o sono era io tu noi mio mia miei mie suo che chi quando come
      quanto quanti quale quali dove per con su da al nel nella non mi ti ci ho hai ha abbiamo posso puo riassumi trova
      mostra scrivi rapporto settimana prossima mese posta messaggi riunione domani favore`,
    pt: `o os as um uma uns umas de do da dos das e ou sao era eu nos meu minha meus minhas seu sua que quem quando como
      quanto quantos qual quais onde por para com em no na nos nas ao nao se me te tem posso pode resuma resumir
      encontre mostre escreva relatorio semana proxima mes correio mensagens reuniao amanha favor`,
    nl: `de het een en of is zijn was ik jij je hij zij wij we mijn jouw ons onze dat die dit deze wat wie wanneer waar
      waarom hoe hoeveel welke kan kunnen moet met van voor op aan bij naar in uit niet geen er nog vat samen zoek vind
      toon schrijf rapport volgende vorige week maand postvak vergadering morgen alstublieft heb heeft`,
    sv: `och att det som en ett den de jag du han hon vi ni min mitt mina din vad vem nar var varfor hur manga mycket
      vilken vilka kan ska med av for pa till fran inte ar var har hade sammanfatta hitta visa skriv rapport nasta
      vecka manad mote imorgon snalla`,
    da: `og at det som en et den de jeg du han hun vi i min mit mine din hvad hvem hvornar hvor hvorfor hvordan mange
      meget hvilken hvilke kan skal med af for pa til fra ikke er var har havde opsummer find vis skriv rapport naeste
      uge maned mode imorgen venligst`,
    pl: `i w z na do nie to jest sa byl byla ja ty on ona my moj moja moje co kto kiedy gdzie dlaczego jak ile ktory ktora
      czy sie moge prosze podsumuj znajdz pokaz napisz raport nastepny tydzien tygodniu miesiac poczta spotkanie jutro
      od dla przez`,
    cs: `a v z na do ne to je jsou byl byla ja ty on ona my muj moje co kdo kdy kde proc jak kolik ktery ktera se mohu
      prosim shrn najdi ukaz napis zprava pristi tyden mesic posta schuzka zitra pro od`,
    tr: `ve bir bu su ben sen biz benim ne kim zaman nerede neden nasil kac hangi icin ile mi var yok degil lutfen ozetle
      bul goster yaz rapor gelecek hafta ay posta toplanti yarin bana`,
    fi: `ja on ei se etta mina sina han me mika kuka milloin missa miksi miten kuinka monta paljon joka voin voi kanssa
      minun tiivista etsi nayta kirjoita raportti ensi viikko viikolla kuukausi sahkoposti kokous huomenna ole hyva`,
    hu: `es a az egy nem van volt en te mi mit ki mikor hol miert hogyan hany mennyi melyik hogy nekem kerlek foglald
      ossze keresd mutasd ird jelentes jovo het honap levelek talalkozo holnap`,
    id: `dan yang di ke dari untuk dengan ini itu saya kamu kita apa siapa kapan mana mengapa bagaimana berapa tidak ada
      bisa tolong ringkas cari tampilkan tulis laporan minggu depan bulan surat rapat besok`,
  }).map(([code, words]) => [code, new Set(words.split(/\s+/).filter((word) => word !== ''))]),
);
