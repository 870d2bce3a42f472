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
steal stolen theft thief burglary
excess deductible
hand return submit
drive drove driven mileage
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
stay remain
test tested check checked inspect inspected examine examined verify verified
clean cleaned cleaning sweep swept wash washed
rubbish garbage trash refuse waste litter bin bins
container canister bin vessel can tank barrel bottle
collect collected pick picked gather gathered fetch fetched empty emptied
expire expires expired expiry end ends ended run runs terminate terminated lapse
money finances funds cash finance treasurer accounts bookkeeping
treasurer cashier bookkeeper accountant
chairman chairwoman chairperson chair president head
secretary clerk
majority votes vote share quorum
vote votes voted election elected elect
change amend amended alter altered modify modified modification amendment
statutes bylaws by-laws constitution rules articles
rules regulations guidelines policy instructions
dues fee fees subscription contribution
member members membership
annual yearly year
monthly month
weekly week
daily day
quarterly quarter
speed fast revolutions rpm
temperature degrees cold warm
capacity hold holds volume contain
altitude height elevation high
probation trial
dismissal termination notice
termination terminate notice cancel cancellation
home remote remotely homeworking telework teleworking
office workplace desk
maternity paternity parental
sick illness ill medical doctor certificate
note certificate letter slip
training education course courses development
allowance budget grant subsidy allowances bonus
bullying harassment mobbing
complaint complaints grievance grievances complain
deal handle handled manage managed handles deals address
confidence confidential confidentially
represent represented represents act acts agent lawyer proxy
landlord landlady owner lessor
tenant lessee renter
lease tenancy rental rent
sublet subletting sublease subleasing underlet
flat apartment house home premises
consent permission approval agreement authorisation authorization
written writing
deposit bond security
interest yield
tap valve stopcock faucet
heating heater radiator furnace boiler
firewood wood logs
chimney flue
toxic poison poisonous poisons
cabinet cupboard locker closet
locked lock key keys unlock
species kinds kind types varieties sorts
gather collect
camp base
reach reached arrive arrived get cross crossed
repair repaired mend mended fix fixed patch patched restore restored renovate
assembly meeting gathering congregation
convene convened meet meets held takes
boat boats vessel ship
founded established found set created started began
founder founders
employ employed hire hired employ recruits recruit
resign resigned quit leave leaves left
teacher instructor tutor trainer
pupil student learner
guest visitor guests visitors
breakfast meal meals
parking park
dog dogs pet pets animal animals
smoke smoking
borrow borrowed lend lent loan loans
return returned bring
lost missing
hire rent rented
shut close closed closes closing
hours times opening
emergency alarm danger
fire fires
injured injury accident accidents hurt
first-aid aid
nurse medic
medicine drug medication medicines
dose dosage
recipe ingredients
wage salary pay
earn earns earned paid
tax taxes vat
bank account
penalty fine fee surcharge
late overdue
discount reduction rebate
free complimentary
tree trees
garden yard
lawn grass
floor storey level
storage store stored stores keep kept warehouse
entrance door gate entry
stairs staircase
lift elevator
lorry truck van
bicycle bike cycle
road street
train railway rail
airplane plane aircraft flight drone
pilot captain
crew team group
tests trial trials
documents papers
photo photograph picture image
film movie
book volume
song piece
music concert
choir chorus
rehearse rehearsal practise practice
conductor director
performance show concert
ticket tickets admission
audience spectators
prize award
winner won
jury judges
translate translated translation translator
publish published publication printed
edition version
signature sign signed
witness witnesses
court judge
lawyer attorney solicitor counsel
police officer
neighbour neighbor neighbours neighbors
kitchen cook cooking
water moisture
electricity power current
meter gauge
sensor probe
machine device equipment apparatus
tool instrument
glove gloves
helmet hat
badge pass
wind breeze gale
storm weather
strike hit
summit peak top
mule mules donkey horse
tent shelter
supplies provisions food
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
