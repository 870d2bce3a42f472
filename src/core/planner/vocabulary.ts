/**
 * The words that cues are made of, and common words that stand beside them: a goal's unknown word that is one slip
 * away from one of these is read as it. Words near to a cue but meant otherwise are here too, so that they stay.
 */
export const VOCABULARY: ReadonlySet<string> = new Set(
  `summarise summarize summarised summarising summary summaries recap digest overview highlights rundown brief briefing
  gist catch inbox mailbox mailboxes mail mails email emails message messages thread threads conversation conversations
  correspondence waiting waits wait awaiting answer answers answered reply replies replied response responses respond
  unanswered request requests requested requesting asked asking asks task tasks action actions deadline deadlines
  deliver expected expect expects need needs needed require required outstanding pending urgent important
  free available availability slot slots opening openings calendar calendars calender schedule scheduled scheduling
  meeting meetings meet appointment appointments minutes minute hours hour half quarter morning mornings afternoon
  afternoons evening evenings lunch lunchtime coffee dinner breakfast chat call calls talk session workshop interview
  working except excluding without between before after during until weekend weekends weekday weekdays tomorrow
  yesterday today together everyone somebody someone anybody anyone
  report reports status progress update updates write writing draft prepare create compile produce generate document
  documents file files folder folders note notes project projects decision decisions risk risks memo
  total totals average mean median maximum minimum highest lowest largest smallest biggest most least count counts number
  many much trend trends share percentage percent proportion distribution breakdown break group grouped sorted list
  table tables spreadsheet column columns rows each every month months monthly weekly daily yearly quarterly annual week
  weeks year years days day amount cost costs spend spent spending expense expenses revenue sales price prices orders
  order customer customers supplier suppliers region regions category categories department departments product products
  compare versus overdue paid unpaid greater above below under over exceed exceeding
  per develop developed development evolve evolved change changed changes growth grow grown grew increase increased decrease
  decreased rise rose fall fell drop dropped rank ranked plot chart graph sold sell sells selling bought brought popular cheapest
  expensive earn earns earned overall altogether combined calculate compute add sum max min top bottom best worst live lives
  book reserve send forward buy purchase delete remove translate weather remind reminder cancel reschedule invite
  question find search show tell give make look what when where which whose there their these those about with from
  have this that your please could would should might shall will first second third last next past previous current
  following least latter other others another please thanks thank people person team company
  house place price piece point power press print prize proof state store story style times title train trial
  unit value venue video visit watch water wheel white whole women world worth wrote young youth party paper plane
  plant plate right river round route royal scale scene scope score sense serve seven shape sharp sheet shift short
  sight skill sleep small smart solid solve sound south space speak speed split sport staff stage stand start steel
  stick still stock stone study stuff sugar suite super sweet table taste teach terms theme thick thing think three
  throw tight topic total touch tower track trade treat trend trust truth twice under union until upper urban usage
  user users usual heard heart heavy hotel human ideal image index inner input issue issues joint judge known label
  large laser later laugh layer learn lease leave legal level light limit local loose lower lucky magic major maker
  match maybe mayor metal model money moral motor mount mouse mouth movie music night noise north novel nurse ocean
  offer often paint panel photo pilot pitch plain poem poems queen quick quiet quite radio raise range rapid ratio reach
  stuck struck ready refer renew rest result results return review deals deal means mean meant sent sell seat real ratings rating`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
