"""The table of rules: what each role gets of each kind of access in each state of course and part.

  seen      it is there, with the part (or its text, question, answer, file) in it
  bare      the page is there without the part; of a problem: the answer is not taken, or not shown
  in        one is enrolled, and led into the course
  about     one is led to the page about the course, which says why
  signin    one is asked to sign in
  locked    the page that says which part to do first; of handlers: the reason "gated"
  denied    403, with the reason
  missing   404: not even that it exists is told

``closed`` takes the courses and has a browser that was signed in when the account was closed.
``outside`` is signed in and takes nothing. ``beta`` comes 20 days early. ``viewas`` is staff of the
course who see it as a learner: what they try out reaches no gate. Staff see all, but dates and
tries of problems hold for them too. Catalogue, about page and joining are of the person themselves.

What the API names (``api …``) is bare where a list is given without the part; completion refuses
with 400, in the shape of its family, which counts as denied. An app's token is no browser: it acts
as the person themselves, whatever that browser looks at the course as.

The states are in ``rules_site``; ``otherwise`` stands for all that have no line.
"""

TABLE = """
catalogue         : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | seen    seen    seen    seen    seen    seen    seen    seen    seen    seen
unpublished       | bare    bare    bare    bare    bare    bare    bare    bare    bare    bare

about             : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | seen    seen    seen    seen    seen    seen    seen    seen    seen    seen
unpublished       | missing missing missing seen    seen    seen    seen    seen    seen    seen

enroll            : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  in      in      in      in      in      in      in      in
unpublished       | signin  signin  about   in      in      in      in      in      in      in
ended             | signin  signin  about   in      in      in      in      in      in      in
enrollment closed | signin  signin  about   in      in      in      in      in      in      in

course home       : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  about   seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  about   missing missing missing missing missing missing missing
not started       | signin  signin  about   about   seen    about   about   seen    seen    about
part not started  | signin  signin  about   bare    seen    bare    bare    seen    seen    bare
staff only        | signin  signin  about   bare    bare    bare    bare    seen    seen    bare
for group A       | signin  signin  about   bare    bare    seen    bare    seen    seen    bare

unit page         : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    locked
hidden after due  | signin  signin  denied  denied  denied  denied  denied  seen    seen    denied

jump_to           : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    locked
hidden after due  | signin  signin  denied  denied  denied  denied  denied  seen    seen    denied

jump_to_id        : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    locked
hidden after due  | signin  signin  denied  denied  denied  denied  denied  seen    seen    denied

block page        : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    locked
hidden after due  | signin  signin  denied  denied  denied  denied  denied  seen    seen    denied

problem_check     : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | denied  denied  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | denied  denied  missing missing missing missing missing missing missing missing
not started       | denied  denied  denied  denied  seen    denied  denied  seen    seen    denied
ended             | denied  denied  denied  bare    bare    bare    bare    bare    bare    bare
part not started  | denied  denied  denied  denied  seen    denied  denied  seen    seen    denied
staff only        | denied  denied  denied  denied  denied  denied  denied  seen    seen    denied
for group A       | denied  denied  denied  denied  denied  seen    denied  seen    seen    denied
gated             | denied  denied  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | denied  denied  denied  seen    seen    seen    seen    seen    seen    locked
past due          | denied  denied  denied  bare    bare    bare    bare    bare    bare    bare
hidden after due  | denied  denied  denied  denied  denied  denied  denied  bare    bare    denied
attempts used up  | denied  denied  denied  bare    bare    bare    bare    bare    bare    bare

problem_show      : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | denied  denied  denied  bare    bare    bare    bare    seen    seen    bare
unpublished       | denied  denied  missing missing missing missing missing missing missing missing
not started       | denied  denied  denied  denied  bare    denied  denied  seen    seen    denied
ended             | denied  denied  denied  seen    seen    seen    seen    seen    seen    seen
part not started  | denied  denied  denied  denied  bare    denied  denied  seen    seen    denied
staff only        | denied  denied  denied  denied  denied  denied  denied  seen    seen    denied
for group A       | denied  denied  denied  denied  denied  bare    denied  seen    seen    denied
gated             | denied  denied  denied  locked  locked  locked  locked  seen    seen    locked
gate reached      | denied  denied  denied  bare    bare    bare    bare    seen    seen    locked
past due          | denied  denied  denied  seen    seen    seen    seen    seen    seen    seen
hidden after due  | denied  denied  denied  denied  denied  denied  denied  seen    seen    denied
attempts used up  | denied  denied  denied  seen    seen    seen    seen    seen    seen    seen

locked file       : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | denied  denied  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | missing missing missing missing missing missing missing seen    seen    seen
not started       | denied  denied  denied  denied  seen    denied  denied  seen    seen    denied

progress          : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  bare    seen    bare    bare    seen    seen    bare
staff only        | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
for group A       | signin  signin  denied  bare    bare    seen    bare    seen    seen    bare

dates             : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
ended             | signin  signin  denied  bare    bare    bare    bare    bare    bare    bare
part not started  | signin  signin  denied  bare    seen    bare    bare    seen    seen    bare
staff only        | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
for group A       | signin  signin  denied  bare    bare    seen    bare    seen    seen    bare

calendar          : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | missing missing missing seen    seen    seen    seen    missing missing missing
unpublished       | missing missing missing missing missing missing missing missing missing missing
not started       | missing missing missing denied  seen    denied  denied  missing missing missing
ended             | missing missing missing bare    bare    bare    bare    missing missing missing
part not started  | missing missing missing bare    seen    bare    bare    missing missing missing
staff only        | missing missing missing bare    bare    bare    bare    missing missing missing
for group A       | missing missing missing bare    bare    seen    bare    missing missing missing

/xblock           : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  missing missing missing missing seen    seen    missing
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    missing
hidden after due  | signin  signin  denied  missing missing missing missing seen    seen    missing

api blocks        : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  bare    seen    bare    bare    seen    seen    bare
staff only        | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
for group A       | signin  signin  denied  bare    bare    seen    bare    seen    seen    bare
gated             | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    bare
hidden after due  | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare

api sequence      : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  missing seen    missing missing seen    seen    missing
staff only        | signin  signin  denied  missing missing missing missing seen    seen    missing
for group A       | signin  signin  denied  missing missing seen    missing seen    seen    missing
gated             | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
gate reached      | signin  signin  denied  seen    seen    seen    seen    seen    seen    bare
hidden after due  | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare

api outline       : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | bare    bare    bare    seen    seen    seen    seen    seen    seen    seen
unpublished       | missing missing missing missing missing missing missing missing missing missing
not started       | bare    bare    bare    bare    seen    bare    bare    seen    seen    bare
part not started  | bare    bare    bare    bare    seen    bare    bare    seen    seen    bare
staff only        | bare    bare    bare    bare    bare    bare    bare    seen    seen    bare
for group A       | bare    bare    bare    bare    bare    seen    bare    seen    seen    bare
gated             | bare    bare    bare    bare    bare    bare    bare    seen    seen    bare
gate reached      | bare    bare    bare    seen    seen    seen    seen    seen    seen    bare
hidden after due  | bare    bare    bare    bare    bare    bare    bare    seen    seen    bare

api progress      : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  seen    seen    denied
part not started  | signin  signin  denied  bare    seen    bare    bare    seen    seen    bare
staff only        | signin  signin  denied  bare    bare    bare    bare    seen    seen    bare
for group A       | signin  signin  denied  bare    bare    seen    bare    seen    seen    bare

api completion    : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | signin  signin  denied  seen    seen    seen    seen    denied  denied  seen
unpublished       | signin  signin  denied  missing missing missing missing missing missing missing
not started       | signin  signin  denied  denied  seen    denied  denied  denied  denied  denied
part not started  | signin  signin  denied  denied  seen    denied  denied  denied  denied  denied
staff only        | signin  signin  denied  denied  denied  denied  denied  denied  denied  denied
for group A       | signin  signin  denied  denied  denied  seen    denied  denied  denied  denied
gated             | signin  signin  denied  denied  denied  denied  denied  denied  denied  denied
gate reached      | signin  signin  denied  seen    seen    seen    seen    denied  denied  denied
hidden after due  | signin  signin  denied  denied  denied  denied  denied  denied  denied  denied

handler by token  : visitor closed  outside learner beta    group_a group_b staff   global  viewas
otherwise         | denied  signin  denied  seen    seen    seen    seen    seen    seen    seen
unpublished       | denied  signin  missing missing missing missing missing missing missing missing
not started       | denied  signin  denied  denied  seen    denied  denied  seen    seen    seen
ended             | denied  signin  denied  bare    bare    bare    bare    bare    bare    bare
part not started  | denied  signin  denied  denied  seen    denied  denied  seen    seen    seen
staff only        | denied  signin  denied  denied  denied  denied  denied  seen    seen    seen
for group A       | denied  signin  denied  denied  denied  seen    denied  seen    seen    seen
gated             | denied  signin  denied  locked  locked  locked  locked  seen    seen    seen
past due          | denied  signin  denied  bare    bare    bare    bare    bare    bare    bare
hidden after due  | denied  signin  denied  denied  denied  denied  denied  bare    bare    bare
attempts used up  | denied  signin  denied  bare    bare    bare    bare    bare    bare    seen
"""
