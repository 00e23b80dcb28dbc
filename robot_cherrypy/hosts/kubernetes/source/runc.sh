#!/bin/sh
# runc where nobody may lower oom_score_adj, which the kubelet wants, and on which runc otherwise ends.
for word; do
    [ "$before" != --bundle ] || sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/' "$word/config.json"
    before=$word
done
exec runc "$@"
