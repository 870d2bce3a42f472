import { stem } from '../../text/stem.ts';

/** Words that a question and its answer may use for each other. One line, one meaning. */
const GROUPS = `
cost price charge fee amount expense rate costs priced paid pay total
budget funding allocation funds
salary wage pay income
start begin commence kick-off kickoff launch open opening starts started beginning commencement
end finish complete completion close conclude ends ended finished
deadline due latest submit submission
date scheduled schedule planned
meeting meet appointment session call
phone telephone mobile cell tel number
email e-mail mail address
responsible lead leads led manager manages charge owner owns head heads coordinates coordinator runs accountable taken took
contact reach liaison
choose chose chosen select selected pick picked prefer preferred decided decide decision
approve approved approval sign signed accept accepted agree agreed authorise authorised authorize authorized
buy bought purchase purchased order ordered procure
supplier vendor provider contractor supply supplied supplies
customer client buyer
company firm business vendor
employee staff colleague worker member
boss chief director manager ceo head
allowed permitted may can allow permission permit
forbidden prohibited banned
required must need needs mandatory necessary obligatory
size area dimensions measure large big
length long duration lasts last takes take
height high tall
depth deep
weight heavy weigh weighs
width wide
speed fast
delivery deliver delivered arrive arrives arrival arrived ship shipped shipment
move moved relocate relocated relocation shift shifted postponed reschedule rescheduled
trip travel journey
hotel accommodation lodging
flight plane fly
room location venue place hall office
holiday vacation leave
illness sick sickness
invoice bill billed
contract agreement
refund reimburse reimbursed reimbursement refunded
insurance insured policy cover coverage
warranty guarantee guaranteed
rent lease rental leased
password code pin passcode passwd
wifi wi-fi wireless wlan network internet
print printer printing plotter
problem issue fault error defect
fix repair repaired fixed solve solved
reason cause because why due
risk danger threat concern
goal aim objective target
result outcome
handover hand-over transfer
visit visited tour
report reported
replace replaced replacement substitute successor
name called named title
author wrote written writer
car vehicle
broken break broke fail fails failed fault defect
keep kept
build built construct constructed
hold held
send sent
meet met
find found
win won
lose lost
make made
draw drew drawn draws
speak spoke spoken
give gave given
sell sold
tell told
see saw seen
run ran
come came
grow grew grown
rise rose risen
spend spent
teach taught
think thought
bring brought
drive drove driven
fly flew flown
know knew known
stand stood
wear wore worn
write wrote written
leave left
child children kid kids pupil pupils
doctor physician gp
dinner supper
lunch noon
headquarters hq
`;

const INDEX = build();

/** Stems that mean the same as a stem, itself not among them. */
export function synonymsOf(stemmed: string): ReadonlySet<string> {
  return INDEX.get(stemmed) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();

function build(): Map<string, ReadonlySet<string>> {
  const index = new Map<string, Set<string>>();
  for (const line of GROUPS.trim().split('\n')) {
    const stems = [...new Set(line.split(/\s+/).map(stem))];
    for (const one of stems) {
      const known = index.get(one) ?? new Set<string>();
      for (const other of stems) if (other !== one) known.add(other);
      index.set(one, known);
    }
  }
  return index;
}
