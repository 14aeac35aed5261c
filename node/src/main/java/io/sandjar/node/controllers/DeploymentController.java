// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the pods of a Deployment from one template to the next. What counts is what pods there are, not what their ReplicaSets
 * last said: so there are never more than replicas + maxSurge, and never fewer available by our doing than replicas -
 * maxUnavailable.
 */
final class DeploymentController implements Reconciler {
    private static final int HISTORY = 10;

    private final ObjectStore store;
    private final EventRecorder events;
    private final Clock clock;
    private final DeploymentStatuses statuses;

    DeploymentController(ObjectStore store, EventRecorder events, Clock clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.statuses = new DeploymentStatuses(store, events, clock);
    }

    @Override
    public @Nullable Duration sync(String namespace, String name) {
        Deployment d = store.get(Kind.DEPLOYMENT, namespace, name);
        if (d == null) {
            return null;
        }
        if (empty(d)) {
            events.record(
                    d,
                    EventRecorder.WARNING,
                    "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required.");
            return null;
        }
        Revisions revisions = new Revisions(store, d);
        if (Objects.deleted(d)) {
            return statuses.write(d, revisions, null);
        }
        String done = null;
        if (Boolean.TRUE.equals(d.getSpec().getPaused()) || scaling(d, revisions)) {
            scale(d, revisions);
            if (Boolean.TRUE.equals(d.getSpec().getPaused())) {
                revisions.cleanUp(Objects.or(d.getSpec().getRevisionHistoryLimit(), HISTORY));
            }
        } else if (recreates(d)) {
            done = recreate(d, revisions);
        } else {
            done = roll(d, revisions);
        }
        if ("Collision".equals(done)) {
            return Duration.ofMillis(1);
        }
        return statuses.write(d, revisions, done);
    }

    private static boolean empty(Deployment d) {
        var selector = d.getSpec().getSelector();
        return selector == null
                || (selector.getMatchLabels() == null
                                || selector.getMatchLabels().isEmpty())
                        && (selector.getMatchExpressions() == null
                                || selector.getMatchExpressions().isEmpty());
    }

    static boolean recreates(Deployment d) {
        return d.getSpec().getStrategy() != null
                && "Recreate".equals(d.getSpec().getStrategy().getType());
    }

    static int replicas(Deployment d) {
        return Objects.or(d.getSpec().getReplicas(), 1);
    }

    /** How many pods there may be beyond the number that is wanted. */
    static int maxSurge(Deployment d) {
        return recreates(d) ? 0 : resolve(d, true);
    }

    /** How many of the pods may be missing. */
    static int maxUnavailable(Deployment d) {
        if (recreates(d)) {
            return 0;
        }
        int unavailable = resolve(d, false);
        if (unavailable == 0 && resolve(d, true) == 0) {
            unavailable = 1; // else nothing could ever change
        }
        return Math.min(unavailable, replicas(d));
    }

    private static int resolve(Deployment d, boolean surge) {
        DeploymentSpec spec = d.getSpec();
        RollingUpdateDeployment rolling =
                spec.getStrategy() == null ? null : spec.getStrategy().getRollingUpdate();
        IntOrString value = rolling == null ? null : surge ? rolling.getMaxSurge() : rolling.getMaxUnavailable();
        if (value == null) {
            value = new IntOrString("25%");
        }
        Integer number = value.getIntVal();
        if (number != null) {
            return Math.max(0, number);
        }
        String text = value.getStrVal();
        boolean percent = text != null && text.endsWith("%");
        long amount = percent ? Objects.number(text.substring(0, text.length() - 1), 25) : Objects.number(text, 0);
        long product = amount * replicas(d);
        return (int) Math.max(0, !percent ? amount : surge ? (product + 99) / 100 : product / 100);
    }

    // ---- one after the other

    private @Nullable String roll(Deployment d, Revisions revisions) {
        String made = revisions.makeFresh(events);
        ReplicaSet fresh = revisions.fresh();
        if (fresh == null) {
            return made;
        }
        int surge = maxSurge(d);
        int now = Revisions.wanted(fresh);
        int target = now > replicas(d) ? replicas(d) : newReplicas(d, revisions, fresh);
        if (revisions.scale(fresh, target, surge, events)) {
            return made == null ? "" : made;
        }
        scaleDownOld(d, revisions);
        if (complete(d, revisions)) {
            revisions.cleanUp(Objects.or(d.getSpec().getRevisionHistoryLimit(), HISTORY));
        }
        return made;
    }

    /** How many of the new kind fit in now. A pod that is to go counts until it has been told so. */
    private static int newReplicas(Deployment d, Revisions revisions, ReplicaSet fresh) {
        int wanted = replicas(d);
        int now = Revisions.wanted(fresh);
        int count = 0;
        for (ReplicaSet set : revisions.all()) {
            count += Math.max(Revisions.wanted(set), revisions.active(set));
        }
        int room = wanted + maxSurge(d) - count;
        return room <= 0 ? now : now + Math.min(room, wanted - now);
    }

    private void scaleDownOld(Deployment d, Revisions revisions) {
        Instant now = clock.instant();
        int floor = replicas(d) - maxUnavailable(d);
        int total = 0;
        int missing = 0; // of the new kind
        for (ReplicaSet set : revisions.all()) {
            total += Revisions.wanted(set);
            missing += set == revisions.fresh() ? Revisions.wanted(set) - stays(set, revisions, now) : 0;
        }
        // Old pods that are not available go first, but not more of them than new ones came up: they may only be slow.
        int most = total - floor - missing;
        if (most <= 0) {
            return;
        }
        int[] targets = new int[revisions.old().size()];
        int available = stays(revisions.fresh(), revisions, now);
        for (int i = 0; i < targets.length; i++) {
            ReplicaSet set = revisions.old().get(i);
            int broken = Math.min(most, Revisions.wanted(set) - stays(set, revisions, now));
            most -= broken;
            targets[i] = Revisions.wanted(set) - broken;
            available += stays(set, revisions, now);
        }
        int spare = Math.max(0, available - floor);
        List<ReplicaSet> old = revisions.old();
        for (int i = 0; i < targets.length; i++) {
            int fewer = Math.min(targets[i], spare);
            spare -= fewer;
            if (!Objects.deleted(old.get(i)) && targets[i] - fewer != Revisions.wanted(old.get(i))) {
                revisions.scale(old.get(i), targets[i] - fewer, maxSurge(d), events);
            }
        }
    }

    /** How many available pods of a set stay when it has done what it was told. */
    private static int stays(@Nullable ReplicaSet set, Revisions revisions, Instant now) {
        return set == null ? 0 : Math.min(Revisions.wanted(set), revisions.available(set, now));
    }

    boolean complete(Deployment d, Revisions revisions) {
        ReplicaSet fresh = revisions.fresh();
        if (fresh == null) {
            return false;
        }
        for (ReplicaSet set : revisions.old()) {
            if (revisions.active(set) > 0 || Revisions.wanted(set) > 0) {
                return false;
            }
        }
        return revisions.active(fresh) == replicas(d) && revisions.available(fresh, clock.instant()) == replicas(d);
    }

    // ---- all at once

    private @Nullable String recreate(Deployment d, Revisions revisions) {
        boolean running = false;
        for (ReplicaSet set : revisions.old()) {
            if (!Objects.deleted(set) && Revisions.wanted(set) > 0) {
                revisions.scale(set, 0, 0, events);
            }
            for (Pod pod : revisions.pods(set)) {
                running |= !Objects.ended(pod); // also while it is ending
            }
        }
        if (running) {
            return "";
        }
        String made = revisions.makeFresh(events);
        ReplicaSet fresh = revisions.fresh();
        if (fresh != null) {
            revisions.scale(fresh, replicas(d), 0, events);
            if (complete(d, revisions)) {
                revisions.cleanUp(Objects.or(d.getSpec().getRevisionHistoryLimit(), HISTORY));
            }
        }
        return made;
    }

    // ---- another number of replicas

    private static boolean scaling(Deployment d, Revisions revisions) {
        for (ReplicaSet set : revisions.all()) {
            String desired = Objects.annotation(set, Revisions.DESIRED);
            if (Revisions.wanted(set) > 0 && desired != null && Objects.number(desired, 0) != replicas(d)) {
                return true;
            }
        }
        return false;
    }

    /** In the middle of a change each set gets its part of the new number, so that a broken template does not get all. */
    private void scale(Deployment d, Revisions revisions) {
        int surge = maxSurge(d);
        int wanted = replicas(d);
        List<ReplicaSet> active = new ArrayList<>();
        for (ReplicaSet set : revisions.all()) {
            if (Revisions.wanted(set) > 0 && !Objects.deleted(set)) {
                active.add(set);
            }
        }
        ReplicaSet fresh = revisions.fresh();
        if (active.size() <= 1) {
            ReplicaSet only = active.isEmpty() ? newest(revisions) : active.getFirst();
            if (only != null) {
                revisions.scale(only, wanted, surge, events);
            }
            return;
        }
        if (fresh != null
                && Revisions.wanted(fresh) == wanted
                && revisions.available(fresh, clock.instant()) == wanted) {
            for (ReplicaSet set : revisions.old()) {
                if (Revisions.wanted(set) > 0) {
                    revisions.scale(set, 0, surge, events);
                }
            }
            return;
        }
        if (recreates(d)) {
            return;
        }
        proportionally(d, revisions, active, wanted > 0 ? wanted + surge : 0);
    }

    private void proportionally(Deployment d, Revisions revisions, List<ReplicaSet> active, int allowed) {
        int total = 0;
        for (ReplicaSet set : active) {
            total += Revisions.wanted(set);
        }
        int toAdd = allowed - total;
        active.sort((a, b) -> {
            int order = Integer.compare(Revisions.wanted(b), Revisions.wanted(a));
            int age = Objects.created(a).compareTo(Objects.created(b));
            return order != 0 ? order : toAdd > 0 ? -age : age;
        });
        int[] targets = new int[active.size()];
        int added = 0;
        for (int i = 0; i < targets.length; i++) {
            ReplicaSet set = active.get(i);
            int has = Revisions.wanted(set);
            targets[i] = has;
            if (toAdd == 0) {
                continue;
            }
            long before = Objects.number(Objects.annotation(set, Revisions.MOST), total);
            int share = (int) Math.round((double) has * allowed / Math.max(1, before)) - has;
            int left = toAdd - added;
            share = toAdd > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
            targets[i] = Math.max(0, has + share);
            added += share;
        }
        if (toAdd != 0 && added != toAdd) {
            targets[0] = Math.max(0, targets[0] + toAdd - added);
        }
        for (int i = 0; i < targets.length; i++) {
            revisions.scale(active.get(i), targets[i], maxSurge(d), events);
        }
    }

    private static @Nullable ReplicaSet newest(Revisions revisions) {
        if (revisions.fresh() != null) {
            return revisions.fresh();
        }
        ReplicaSet newest = null;
        for (ReplicaSet set : revisions.all()) {
            if (newest == null || Revisions.revision(set) > Revisions.revision(newest)) {
                newest = set;
            }
        }
        return newest;
    }
}
