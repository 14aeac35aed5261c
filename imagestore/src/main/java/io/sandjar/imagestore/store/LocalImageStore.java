// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageConfig;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.PullProgress;
import io.sandjar.imagestore.Root;
import io.sandjar.imagestore.RootMode;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.archive.DockerArchiveSource;
import io.sandjar.imagestore.archive.LayoutSource;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.WholeFile;
import io.sandjar.imagestore.demo.DemoImage;
import io.sandjar.imagestore.layer.ArchiveFiles;
import io.sandjar.imagestore.layer.LayerInfo;
import io.sandjar.imagestore.layer.Limits;
import io.sandjar.imagestore.layer.Tree;
import io.sandjar.imagestore.reference.Reference;
import io.sandjar.imagestore.registry.Http;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The store on this machine's disk. */
public final class LocalImageStore implements ImageStore {
    private final StoreOptions options;
    private final Places places;
    private final Records records;
    private final Layers layers;
    private final Roots roots;
    private final Blobs blobs;
    private final Importer importer;
    private final UseLock lock;
    private final Tidying tidying;
    private final Http http;
    private final SharedPulls shared = new SharedPulls();

    public LocalImageStore(Path root, StoreOptions options) throws ImageException {
        boolean superuser = superuser();
        this.options = options;
        this.places = Places.make(root);
        this.records = new Records(places.images());
        this.layers = new Layers(places, superuser);
        this.roots = new Roots(places, layers, superuser);
        this.blobs = new Blobs(places.blobs(), places.ingest());
        this.importer = new Importer(layers, records, options);
        this.lock = new UseLock(places.root().resolve("lock"));
        this.tidying = new Tidying(places, records, layers, roots, lock);
        this.http = new Http(options);
        tidying.afterCrash();
        for (ImageRecord r : records.all()) {
            if (complete(r)) {
                layers.syncLater(r.layers());
            }
        }
    }

    /** Root of the machine: root of a user namespace can neither give files to everybody nor mount as we need it. */
    private static boolean superuser() {
        String map = Sys.readText("/proc/self/uid_map");
        return Sys.call(Nr.geteuid, 0) == 0
                && (map == null || map.strip().replaceAll(" +", " ").equals("0 0 4294967295"));
    }

    @Override
    public Image pull(String reference, PullOptions how) throws ImageException {
        Name name = Name.parse(reference);
        if (name.kind() == Name.Kinds.DIRECTORY) {
            return directory(name);
        }
        boolean remote = name.kind() == Name.Kinds.REGISTRY;
        if (how.policy() == PullOptions.Policy.NEVER || how.policy() == PullOptions.Policy.IF_NOT_PRESENT && remote) {
            Optional<ImageRecord> here = records.byName(name.full());
            if (here.isPresent() && complete(here.get())) {
                return here.get().image();
            }
            if (how.policy() == PullOptions.Policy.NEVER) {
                throw new ImageException(
                        Kind.NEVER_PULL,
                        name.full() + " is not here, and the policy is never to pull",
                        "pull it (sandjar pull), or use another imagePullPolicy");
            }
        }
        if (how.policy() == PullOptions.Policy.IF_NOT_PRESENT && archive(name)) {
            Optional<ImageRecord> here = records.byName(name.full());
            if (here.isPresent() && complete(here.get()) && records.sameFile(name.full(), name.path())) {
                return here.get().image();
            }
        }
        String who = Digest.of(String.join("\0", how.dockerConfigs()).getBytes(StandardCharsets.UTF_8))
                .hex();
        try {
            return shared.run(
                    name.full() + " " + how.insecureRegistries() + " " + who,
                    how.progress(),
                    progress -> fetch(name, how, progress));
        } catch (ImageException e) {
            Optional<ImageRecord> here = records.byName(name.full());
            boolean enough = how.policy() == PullOptions.Policy.IF_NOT_PRESENT && e.kind() == Kind.NOT_FOUND;
            if (enough && here.isPresent() && complete(here.get())) {
                return here.get().image(); // the layout or archive is gone, what was taken from it is not
            }
            throw e;
        }
    }

    private Image fetch(Name name, PullOptions how, PullProgress progress) throws ImageException {
        lock.enter();
        Path taken = null;
        try {
            if (name.kind() == Name.Kinds.OCI_ARCHIVE || name.kind() == Name.Kinds.DOCKER_ARCHIVE) {
                taken = layers.temporary("archive");
            }
            try (ImageSource source = source(name, how, taken)) {
                return importer.run(source, name.full(), List.of(name.full()), progress)
                        .image();
            }
        } finally {
            if (taken != null) {
                Tree.remove(taken);
            }
            lock.leave();
            tidying.postponed();
        }
    }

    private static boolean archive(Name name) {
        return name.kind() == Name.Kinds.OCI_ARCHIVE || name.kind() == Name.Kinds.DOCKER_ARCHIVE;
    }

    private ImageSource source(Name name, PullOptions how, @Nullable Path taken) throws ImageException {
        switch (name.kind()) {
            case DEMO -> {
                Path given = options.demoProgram();
                return new DemoImage(given != null ? given : DemoImage.defaultProgram());
            }
            case LAYOUT -> {
                if (!Files.isDirectory(name.path())) {
                    throw new ImageException(Kind.NOT_FOUND, name.full() + ": no such directory", "check the path");
                }
                return new LayoutSource(name.full(), name.path()::resolve, name.tag());
            }
            case OCI_ARCHIVE -> {
                return new LayoutSource(name.full(), files(name, taken)::get, name.tag());
            }
            case DOCKER_ARCHIVE -> {
                return new DockerArchiveSource(name.full(), files(name, taken), name.tag());
            }
            default -> {
                return new RegistrySource(Reference.parse(name.full()), how, options, http, blobs);
            }
        }
    }

    private ArchiveFiles files(Name name, @Nullable Path taken) throws ImageException {
        try (InputStream in = Files.newInputStream(name.path())) {
            Limits limits = new Limits(name.full(), options.maxImageBytes(), options.maxImageEntries());
            return new ArchiveFiles(in, Objects.requireNonNull(taken), limits);
        } catch (NoSuchFileException e) {
            throw new ImageException(Kind.NOT_FOUND, name.full() + ": no such file", "check the path", e);
        } catch (IOException e) {
            throw WholeFile.failed("read " + name.path(), e);
        }
    }

    private boolean complete(ImageRecord r) throws ImageException {
        for (String d : r.layers()) {
            if (layers.find(d) == null) {
                return false;
            }
        }
        return true;
    }

    private static Image directory(Name name) throws ImageException {
        if (!Files.isDirectory(name.path())) {
            throw new ImageException(Kind.NOT_FOUND, name.full() + ": no such directory", "check the path");
        }
        String id = Digest.of(name.full().getBytes(StandardCharsets.UTF_8)).toString();
        return new Image(id, List.of(name.full()), List.of(), 0, 0, ImageConfig.EMPTY);
    }

    @Override
    public Optional<Image> find(String reference) throws ImageException {
        Optional<ImageRecord> r = record(reference);
        if (r.isEmpty()) {
            Name name = Name.parse(reference);
            boolean there = name.kind() == Name.Kinds.DIRECTORY && Files.isDirectory(name.path());
            return there ? Optional.of(directory(name)) : Optional.empty();
        }
        return complete(r.get()) ? Optional.of(r.get().image()) : Optional.empty();
    }

    /** By name, or else by id. */
    private Optional<ImageRecord> record(String reference) throws ImageException {
        Optional<ImageRecord> byId = records.byIdPrefix(reference);
        if (reference.startsWith("sha256:")) {
            return byId;
        }
        Optional<ImageRecord> byName = records.byName(Name.parse(reference).full());
        return byName.isPresent() ? byName : byId;
    }

    @Override
    public List<Image> list() throws ImageException {
        List<Image> all = new ArrayList<>();
        for (ImageRecord r : records.all()) {
            all.add(r.image());
        }
        return all;
    }

    @Override
    public List<String> warnings(Image image) throws ImageException {
        List<String> all = new ArrayList<>();
        Optional<ImageRecord> r = records.byId(image.id());
        if (r.isPresent()) {
            for (String d : r.get().layers()) {
                LayerInfo info = layers.find(d);
                if (info != null) {
                    all.addAll(info.warnings());
                }
            }
        }
        return all;
    }

    @Override
    public List<String> remove(String reference) throws ImageException {
        List<String> gone = records.change(() -> {
            ImageRecord r = record(reference).orElse(null);
            if (r == null) {
                throw new ImageException(Kind.NOT_FOUND, reference + " is not here", "see sandjar images");
            }
            String name =
                    reference.startsWith("sha256:") ? "" : Name.parse(reference).full();
            List<String> left = new ArrayList<>(r.names());
            if (left.remove(name) && !left.isEmpty()) {
                records.put(r.named(left, r.digests()));
                return List.of(name);
            }
            List<String> users = new ArrayList<>();
            for (Map.Entry<String, Roots.Note> e : roots.all().entrySet()) {
                if (e.getValue().image().equals(r.id())) {
                    users.add(e.getKey());
                }
            }
            if (!users.isEmpty()) {
                throw new ImageException(
                        Kind.IN_USE,
                        reference + " is used by " + users.size() + " containers: " + String.join(", ", users),
                        "delete the pods first");
            }
            records.delete(r.id());
            List<String> removed = new ArrayList<>(r.names());
            removed.add(r.id());
            return removed;
        });
        tidying.sweep();
        return gone;
    }

    @Override
    public long collect() throws ImageException {
        records.change(() -> {
            Map<String, Roots.Note> used = roots.all();
            for (ImageRecord r : records.all()) {
                boolean inUse = used.values().stream().anyMatch(n -> n.image().equals(r.id()));
                if (r.names().isEmpty() && !inUse) {
                    records.delete(r.id());
                }
            }
            return "";
        });
        return tidying.sweep();
    }

    @Override
    public Root prepare(Image image, String containerId, RootMode mode, long quotaBytes) throws ImageException {
        lock.enter();
        try {
            String first = image.names().isEmpty() ? "" : image.names().getFirst();
            if (first.startsWith("dir:")) {
                String dir = Name.parse(first).path().toString();
                return roots.prepare(containerId, new Roots.Note(image.id(), List.of(), dir, mode, quotaBytes));
            }
            ImageRecord r = records.byId(image.id()).orElse(null);
            if (r == null) {
                throw new ImageException(
                        Kind.NOT_FOUND, "image " + image.shortId() + " is not here any more", "pull it again");
            }
            return roots.prepare(containerId, new Roots.Note(image.id(), r.layers(), "", mode, quotaBytes));
        } finally {
            lock.leave();
            tidying.postponed();
        }
    }

    @Override
    public void release(String containerId) throws ImageException {
        lock.enter();
        try {
            roots.release(containerId);
        } finally {
            lock.leave();
            tidying.postponed();
        }
    }

    @Override
    public Map<String, String> prepared() throws ImageException {
        Map<String, String> all = new TreeMap<>();
        roots.all().forEach((id, note) -> all.put(id, note.image()));
        return all;
    }

    @Override
    public Optional<Path> changes(String containerId) throws ImageException {
        return roots.changes(containerId);
    }

    @Override
    public long writtenBytes(String containerId) throws ImageException {
        return roots.writtenBytes(containerId);
    }

    @Override
    public void close() {
        http.close();
        try {
            layers.syncNow();
        } catch (ImageException e) {
            System.getLogger(LocalImageStore.class.getName())
                    .log(System.Logger.Level.WARNING, "images: " + e.getMessage());
        }
    }
}
