/** Ways to say a goal. `{...}` are filled by the generators; `heldOut` ones are kept from those who write the methods. */
export interface Phrasing {
  readonly name: string;
  readonly about: string;
  readonly text: string;
  readonly heldOut: boolean;
}

export const MAIL: readonly Phrasing[] = [
  ...group(
    'mail',
    'asks',
    [
      'What is asked of me in these mails, by whom and by when?',
      'List everything people want from me, with deadlines',
      'What do I have to do according to my mailbox?',
      'Show me the open requests in my inbox',
      'Which messages need something from me, and when is it due?',
    ],
    [
      'Who asked me for what, and until when?',
      'What are my to-dos from the mail?',
      'Find all the deadlines people gave me by email',
      'Go through my inbox and pull out the action items for me',
      'Is there anything in my mail that I have promised or been asked to do?',
    ],
  ),
  ...group(
    'mail',
    'summary',
    [
      'Summarise this mailbox',
      'Summarize my inbox by thread',
      'Give me an overview of my email',
      'What happened in my mail?',
    ],
    [
      'Catch me up on my email',
      'tl;dr of the mailbox please',
      'Digest the inbox, conversation by conversation',
      "What's going on in my inbox?",
    ],
  ),
  ...group(
    'mail',
    'waiting-for-me',
    ['Who is waiting for an answer from me?', 'Which mails have I not answered yet?'],
    ['Whom do I still owe a reply?', 'Which conversations are stuck because of me?'],
  ),
  ...group(
    'mail',
    'waiting-for-them',
    ['Who has not answered me yet?', 'Whose replies am I waiting for?'],
    ['What am I still waiting for from others?', 'Where did I write to someone and get no reply?'],
  ),
  ...group(
    'mail',
    'from',
    ['What does {person} want from me?', 'Summarise the mails from {person}'],
    ['Has {person} asked me for anything?', 'What did {person} write to me about?'],
  ),
];

export const CALENDAR: readonly Phrasing[] = [
  ...group(
    'calendar',
    'with',
    [
      'When can I meet {who} for {long} {when}{but}?',
      'Find {long} with {who} {when}{but}',
      'Find a free slot of {long} for {who} and me {when}{but}',
      'When are {who} and I both free for {long} {when}{but}?',
      'I need {long} with {who} {when}{but}. When could that be?',
      'Suggest times for {long} with {who} {when}{but}',
      'Which times {when} work for {long} with {who}{but}?',
    ],
    [
      'Could {who} and I squeeze in {long} {when}{but}?',
      'Look for a gap of {long} in my calendar and that of {who} {when}{but}',
      'Meeting with {who}, {long}, {when}{but}: what are the options?',
      'What is a good time to sit down with {who} for {long} {when}{but}?',
      'Please propose a few slots {when}{but} to talk to {who}, {long} should be enough',
      '{long} together with {who} {when}{but}, is that possible?',
      'Check when {who} and I have {long} in common {when}{but}',
    ],
  ),
  ...group(
    'calendar',
    'alone',
    [
      'When am I free for {long} {when}{but}?',
      'Find {long} of free time {when}{but}',
      'Where in my calendar is there room for {long} {when}{but}?',
    ],
    [
      'Do I have {long} to spare {when}{but}?',
      'I want to block {long} for myself {when}{but}. Which times are open?',
      'Show the gaps of at least {long} in my schedule {when}{but}',
    ],
  ),
];

export const AGENDA: readonly Phrasing[] = [
  ...group(
    'agenda',
    'mine',
    [
      'What is on my calendar {when}?',
      "What's in my diary {when}?",
      'Which meetings do I have {when}?',
      'What appointments do I have {when}?',
      'List my meetings {when}',
      'Show my calendar {when}',
      'Do I have anything planned {when}?',
      'Do I have any meetings {when}?',
      'Show me my schedule {when}',
      'What do I have on {when}?',
      'List all events {when}',
      'What is my agenda {when}?',
    ],
    [
      'Anything in my calendar {when}?',
      'Tell me my appointments {when}',
      'What does my schedule look like {when}?',
      'Read me my diary {when}',
      'Which events are there {when}?',
      'What have I got {when}?',
    ],
  ),
  ...group(
    'agenda',
    'theirs',
    ["What is on {who}'s calendar {when}?", "Show {who}'s schedule {when}", 'Which meetings does {who} have {when}?'],
    ['What does {who} have planned {when}?', "List {who}'s appointments {when}"],
  ),
];

export const REPORT: readonly Phrasing[] = group(
  'report',
  'project',
  [
    'Write a status report for {project} from these files',
    'Write the status report on {project}',
    'Draft a report on where {project} stands',
    'Prepare a project update for {project}',
    'Make a status summary of {project} from my documents',
    'Create a progress report for {project}',
    'Report the current state of {project}',
    'Put together the latest status of {project}',
    'Compile a status report about {project} with dates, budget and risks',
    'I need a status report for {project}',
  ],
  [
    'Where do we stand with {project}? Write it up',
    'Pull the notes on {project} together into one report',
    'Give me an up-to-date status paper for {project}',
    'Turn the project notes of {project} into a report for the board',
    'Sum up the progress of {project} as a report',
    'Write up {project} for the steering committee',
    'Produce the weekly report for {project}',
    'Collect what my files say about the state of {project} in a report',
    'Could you write me a short report on {project}?',
    'Report on {project}: what is the latest?',
  ],
);

export const QUESTION_FRAMES: readonly Phrasing[] = group(
  'question',
  'frame',
  [
    '{question}',
    'According to my files, {question}',
    'Look in the documents: {question}',
    'What do my files say: {question}',
    'Please answer from my documents: {question}',
    'Search my files: {question}',
  ],
  [
    'Do you know this from my papers? {question}',
    'Check the notes for me. {question}',
    'I forgot: {question}',
    'A quick question about my papers. {question}',
    'Somewhere in these files it says it. {question}',
    'Tell me, {question}',
  ],
);

export const TABLE: readonly Phrasing[] = [
  ...group(
    'table',
    'total',
    ['What is the total {measure}?', 'Sum up {measure} over all rows of {table}'],
    ['How much {measure} is there altogether in {table}?', 'Add up the {measure} column of {table}'],
  ),
  ...group(
    'table',
    'total-where',
    [
      'Total {measure} for {value}',
      'How much {measure} did {value} have?',
      'What is the sum of {measure} where {column} is {value}?',
    ],
    [
      'What does {measure} come to for {value}?',
      'Only {value}: what is the total {measure}?',
      '{measure} of {value} in total',
    ],
  ),
  ...group(
    'table',
    'by-group',
    ['Total {measure} by {column}', 'Show {measure} per {column}'],
    ['Break {measure} down by {column}', 'How is {measure} distributed over {column}?'],
  ),
  ...group(
    'table',
    'mean',
    ['What is the average {measure} for {value}?', 'Average {measure} where {column} is {value}'],
    ['On average, how large is {measure} for {value}?', 'Mean {measure} of {value}'],
  ),
  ...group(
    'table',
    'highest',
    ['Which {column} has the highest total {measure}?', 'Which {column} had the most {measure}?'],
    ['What {column} comes first by {measure}?', 'Which {column} leads in {measure}?'],
  ),
  ...group(
    'table',
    'top',
    ['Top 3 {column} by {measure}', 'What are the three {column} values with the highest total {measure}?'],
    ['Rank {column} by {measure} and give me the first three', 'The 3 biggest {column} by {measure}'],
  ),
  ...group(
    'table',
    'count',
    ['How many rows in {table} have {column} {value}?', 'Count the entries with {column} {value}'],
    ['How often does {value} occur in {table}?', 'Number of records for {value} in {table}'],
  ),
  ...group(
    'table',
    'trend',
    ['How did {measure} develop by month?', 'Monthly {measure} trend'],
    ['Show {measure} month by month', 'Did {measure} go up or down over the months?'],
  ),
  ...group(
    'table',
    'month',
    ['Total {measure} in {month}', 'How much {measure} was there in {month}?'],
    ['What was {measure} in the month of {month}?', 'Sum of {measure} during {month}'],
  ),
  ...group(
    'table',
    'value-month',
    ['Total {measure} for {value} in {month}', 'Sum of {measure} where {column} is {value}, {month} only'],
    ['In {month}, how much {measure} was there for {value}?', '{measure} of {value} during {month}'],
  ),
  ...group(
    'table',
    'lowest',
    ['Which {column} has the lowest total {measure}?', 'Which {column} had the least {measure}?'],
    ['What {column} comes last by {measure}?', 'Which {column} is at the bottom in {measure}?'],
  ),
  ...group(
    'table',
    'largest',
    ['What is the largest single {measure} in {table}?', 'Maximum {measure} for {value}'],
    ['What was the biggest {measure} of {value}?', 'Highest {measure} recorded for {value}'],
  ),
];

function group(method: string, about: string, open: readonly string[], heldOut: readonly string[]): Phrasing[] {
  return [...open.map((text) => ({ text, heldOut: false })), ...heldOut.map((text) => ({ text, heldOut: true }))].map(
    (phrasing, i) => ({ name: `${method}/${about}-${i + 1}`, about, ...phrasing }),
  );
}
