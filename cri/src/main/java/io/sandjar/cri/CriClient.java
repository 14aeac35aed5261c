// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.sandjar.cri.proto.Container;
import io.sandjar.cri.proto.ContainerConfig;
import io.sandjar.cri.proto.ContainerFilter;
import io.sandjar.cri.proto.ContainerStats;
import io.sandjar.cri.proto.ContainerStatsFilter;
import io.sandjar.cri.proto.ContainerStatsRequest;
import io.sandjar.cri.proto.ContainerStatus;
import io.sandjar.cri.proto.ContainerStatusRequest;
import io.sandjar.cri.proto.CreateContainerRequest;
import io.sandjar.cri.proto.ExecSyncRequest;
import io.sandjar.cri.proto.ExecSyncResponse;
import io.sandjar.cri.proto.Image;
import io.sandjar.cri.proto.ImageFsInfoRequest;
import io.sandjar.cri.proto.ImageFsInfoResponse;
import io.sandjar.cri.proto.ImageSpec;
import io.sandjar.cri.proto.ImageStatusRequest;
import io.sandjar.cri.proto.LinuxContainerResources;
import io.sandjar.cri.proto.ListContainerStatsRequest;
import io.sandjar.cri.proto.ListContainersRequest;
import io.sandjar.cri.proto.ListImagesRequest;
import io.sandjar.cri.proto.ListPodSandboxRequest;
import io.sandjar.cri.proto.PodSandbox;
import io.sandjar.cri.proto.PodSandboxConfig;
import io.sandjar.cri.proto.PodSandboxFilter;
import io.sandjar.cri.proto.PodSandboxStats;
import io.sandjar.cri.proto.PodSandboxStatsRequest;
import io.sandjar.cri.proto.PodSandboxStatus;
import io.sandjar.cri.proto.PodSandboxStatusRequest;
import io.sandjar.cri.proto.PullImageRequest;
import io.sandjar.cri.proto.RemoveContainerRequest;
import io.sandjar.cri.proto.RemoveImageRequest;
import io.sandjar.cri.proto.RemovePodSandboxRequest;
import io.sandjar.cri.proto.ReopenContainerLogRequest;
import io.sandjar.cri.proto.RunPodSandboxRequest;
import io.sandjar.cri.proto.RuntimeConfigRequest;
import io.sandjar.cri.proto.RuntimeConfigResponse;
import io.sandjar.cri.proto.StartContainerRequest;
import io.sandjar.cri.proto.StatusRequest;
import io.sandjar.cri.proto.StatusResponse;
import io.sandjar.cri.proto.StopContainerRequest;
import io.sandjar.cri.proto.StopPodSandboxRequest;
import io.sandjar.cri.proto.UpdateContainerResourcesRequest;
import io.sandjar.cri.proto.VersionRequest;
import io.sandjar.cri.proto.VersionResponse;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client of a container runtime's CRI socket. It stands where the kubelet would stand: what it sees is what a cluster would see, which
 * is why the installer trusts its answers only. Calls block; threads may share a client.
 */
public final class CriClient implements AutoCloseable {
    private static final int LARGEST_ANSWER_BYTES = 16 << 20;

    private final Path socket;
    private final ManagedChannel channel;
    private final EventLoopGroup loop;
    private final Duration timeout;

    /** Netty tells its logger about socket options and addresses that a UNIX socket does not have; kept, or the level would be lost. */
    private static final Logger NETTY = Logger.getLogger("io.netty");

    static {
        NETTY.setLevel(Level.SEVERE);
        // The JDK warns on standard error about the memory access that Netty would otherwise use.
        if (System.getProperty("io.netty.noUnsafe") == null) System.setProperty("io.netty.noUnsafe", "true");
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    }

    private CriClient(Path socket, ManagedChannel channel, EventLoopGroup loop, Duration timeout) {
        this.socket = socket;
        this.channel = channel;
        this.loop = loop;
        this.timeout = timeout;
    }

    /** A client of the runtime that listens at a socket; it connects at the first call. Calls get two minutes. */
    public static CriClient of(Path socket) {
        EventLoopGroup loop = newLoop();
        ManagedChannel channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(loop)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(LARGEST_ANSWER_BYTES)
                .usePlaintext()
                .build();
        return new CriClient(socket, channel, loop, Duration.ofMinutes(2));
    }

    // The replacement of this class wants a factory of handlers for no gain here.
    @SuppressWarnings("deprecation")
    private static EventLoopGroup newLoop() {
        return new NioEventLoopGroup(1);
    }

    /** The same connection with another limit of time for each call. */
    public CriClient withTimeout(Duration limit) {
        return new CriClient(socket, channel, loop, limit);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    // ---- the runtime ------------------------------------------------------------------------------------------------

    public VersionResponse version() throws CriException {
        return call(
                CriMethods.VERSION,
                VersionRequest.newBuilder().setVersion("0.1.0").build());
    }

    /** Conditions and, from containerd 2.0 on, runtime handlers; verbose adds the configuration in effect as JSON. */
    public StatusResponse status(boolean verbose) throws CriException {
        return call(
                CriMethods.STATUS,
                StatusRequest.newBuilder().setVerbose(verbose).build());
    }

    public RuntimeConfigResponse runtimeConfig() throws CriException {
        return call(CriMethods.RUNTIME_CONFIG, RuntimeConfigRequest.getDefaultInstance());
    }

    // ---- pods -------------------------------------------------------------------------------------------------------

    /** Creates and starts a pod's sandbox under a runtime handler (empty: the default one) and returns its id. */
    public String runPodSandbox(PodSandboxConfig config, String handler) throws CriException {
        RunPodSandboxRequest request = RunPodSandboxRequest.newBuilder()
                .setConfig(config)
                .setRuntimeHandler(handler)
                .build();
        return call(CriMethods.RUN_POD_SANDBOX, request).getPodSandboxId();
    }

    public void stopPodSandbox(String id) throws CriException {
        call(
                CriMethods.STOP_POD_SANDBOX,
                StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
    }

    public void removePodSandbox(String id) throws CriException {
        call(
                CriMethods.REMOVE_POD_SANDBOX,
                RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
    }

    public PodSandboxStatus podSandboxStatus(String id) throws CriException {
        PodSandboxStatusRequest request =
                PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build();
        return call(CriMethods.POD_SANDBOX_STATUS, request).getStatus();
    }

    public List<PodSandbox> listPodSandbox(PodSandboxFilter filter) throws CriException {
        ListPodSandboxRequest request =
                ListPodSandboxRequest.newBuilder().setFilter(filter).build();
        return call(CriMethods.LIST_POD_SANDBOX, request).getItemsList();
    }

    public PodSandboxStats podSandboxStats(String id) throws CriException {
        PodSandboxStatsRequest request =
                PodSandboxStatsRequest.newBuilder().setPodSandboxId(id).build();
        return call(CriMethods.POD_SANDBOX_STATS, request).getStats();
    }

    // ---- containers -------------------------------------------------------------------------------------------------

    /** Creates a container in a sandbox, whose configuration the interface wants again, and returns its id. */
    public String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandbox)
            throws CriException {
        CreateContainerRequest request = CreateContainerRequest.newBuilder()
                .setPodSandboxId(sandboxId)
                .setConfig(config)
                .setSandboxConfig(sandbox)
                .build();
        return call(CriMethods.CREATE_CONTAINER, request).getContainerId();
    }

    public void startContainer(String id) throws CriException {
        call(
                CriMethods.START_CONTAINER,
                StartContainerRequest.newBuilder().setContainerId(id).build());
    }

    /** Asks the container to end and kills it when the grace is over. */
    public void stopContainer(String id, Duration grace) throws CriException {
        StopContainerRequest request = StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(grace.toSeconds())
                .build();
        call(CriMethods.STOP_CONTAINER, request);
    }

    public void removeContainer(String id) throws CriException {
        call(
                CriMethods.REMOVE_CONTAINER,
                RemoveContainerRequest.newBuilder().setContainerId(id).build());
    }

    public List<Container> listContainers(ContainerFilter filter) throws CriException {
        ListContainersRequest request =
                ListContainersRequest.newBuilder().setFilter(filter).build();
        return call(CriMethods.LIST_CONTAINERS, request).getContainersList();
    }

    public ContainerStatus containerStatus(String id) throws CriException {
        ContainerStatusRequest request =
                ContainerStatusRequest.newBuilder().setContainerId(id).build();
        return call(CriMethods.CONTAINER_STATUS, request).getStatus();
    }

    public void updateContainerResources(String id, LinuxContainerResources resources) throws CriException {
        UpdateContainerResourcesRequest request = UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(id)
                .setLinux(resources)
                .build();
        call(CriMethods.UPDATE_CONTAINER_RESOURCES, request);
    }

    public void reopenContainerLog(String id) throws CriException {
        call(
                CriMethods.REOPEN_CONTAINER_LOG,
                ReopenContainerLogRequest.newBuilder().setContainerId(id).build());
    }

    /** Runs a command in a container and returns its output and exit status; limit zero: as long as it takes. */
    public ExecSyncResponse execSync(String id, List<String> command, Duration limit) throws CriException {
        ExecSyncRequest request = ExecSyncRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(command)
                .setTimeout(limit.toSeconds())
                .build();
        return call(CriMethods.EXEC_SYNC, request);
    }

    public ContainerStats containerStats(String id) throws CriException {
        ContainerStatsRequest request =
                ContainerStatsRequest.newBuilder().setContainerId(id).build();
        return call(CriMethods.CONTAINER_STATS, request).getStats();
    }

    public List<ContainerStats> listContainerStats(ContainerStatsFilter filter) throws CriException {
        ListContainerStatsRequest request =
                ListContainerStatsRequest.newBuilder().setFilter(filter).build();
        return call(CriMethods.LIST_CONTAINER_STATS, request).getStatsList();
    }

    // ---- images -----------------------------------------------------------------------------------------------------

    public List<Image> listImages() throws CriException {
        return call(CriMethods.LIST_IMAGES, ListImagesRequest.getDefaultInstance())
                .getImagesList();
    }

    /** The image of that name, when the runtime has it. */
    public Optional<Image> imageStatus(String name) throws CriException {
        var response = call(
                CriMethods.IMAGE_STATUS,
                ImageStatusRequest.newBuilder().setImage(spec(name)).build());
        return response.hasImage() ? Optional.of(response.getImage()) : Optional.empty();
    }

    /** Fetches an image and returns the reference under which the runtime knows it. */
    public String pullImage(String name) throws CriException {
        PullImageRequest request =
                PullImageRequest.newBuilder().setImage(spec(name)).build();
        return call(CriMethods.PULL_IMAGE, request).getImageRef();
    }

    public void removeImage(String name) throws CriException {
        call(
                CriMethods.REMOVE_IMAGE,
                RemoveImageRequest.newBuilder().setImage(spec(name)).build());
    }

    public ImageFsInfoResponse imageFsInfo() throws CriException {
        return call(CriMethods.IMAGE_FS_INFO, ImageFsInfoRequest.getDefaultInstance());
    }

    private static ImageSpec spec(String name) {
        return ImageSpec.newBuilder().setImage(name).build();
    }

    /** Any method of {@link CriMethods}. */
    public <Q extends MessageLite, R extends MessageLite> R call(MethodDescriptor<Q, R> method, Q request)
            throws CriException {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (StatusRuntimeException e) {
            @Nullable String name = method.getBareMethodName();
            throw new CriException(name == null ? method.getFullMethodName() : name, e, socket.toString());
        }
    }
}
