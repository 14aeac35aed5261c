// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.sandjar.cri.proto.AttachRequest;
import io.sandjar.cri.proto.AttachResponse;
import io.sandjar.cri.proto.ContainerStatsRequest;
import io.sandjar.cri.proto.ContainerStatsResponse;
import io.sandjar.cri.proto.ContainerStatusRequest;
import io.sandjar.cri.proto.ContainerStatusResponse;
import io.sandjar.cri.proto.CreateContainerRequest;
import io.sandjar.cri.proto.CreateContainerResponse;
import io.sandjar.cri.proto.ExecRequest;
import io.sandjar.cri.proto.ExecResponse;
import io.sandjar.cri.proto.ExecSyncRequest;
import io.sandjar.cri.proto.ExecSyncResponse;
import io.sandjar.cri.proto.ImageFsInfoRequest;
import io.sandjar.cri.proto.ImageFsInfoResponse;
import io.sandjar.cri.proto.ImageStatusRequest;
import io.sandjar.cri.proto.ImageStatusResponse;
import io.sandjar.cri.proto.ListContainerStatsRequest;
import io.sandjar.cri.proto.ListContainerStatsResponse;
import io.sandjar.cri.proto.ListContainersRequest;
import io.sandjar.cri.proto.ListContainersResponse;
import io.sandjar.cri.proto.ListImagesRequest;
import io.sandjar.cri.proto.ListImagesResponse;
import io.sandjar.cri.proto.ListPodSandboxRequest;
import io.sandjar.cri.proto.ListPodSandboxResponse;
import io.sandjar.cri.proto.PodSandboxStatsRequest;
import io.sandjar.cri.proto.PodSandboxStatsResponse;
import io.sandjar.cri.proto.PodSandboxStatusRequest;
import io.sandjar.cri.proto.PodSandboxStatusResponse;
import io.sandjar.cri.proto.PortForwardRequest;
import io.sandjar.cri.proto.PortForwardResponse;
import io.sandjar.cri.proto.PullImageRequest;
import io.sandjar.cri.proto.PullImageResponse;
import io.sandjar.cri.proto.RemoveContainerRequest;
import io.sandjar.cri.proto.RemoveContainerResponse;
import io.sandjar.cri.proto.RemoveImageRequest;
import io.sandjar.cri.proto.RemoveImageResponse;
import io.sandjar.cri.proto.RemovePodSandboxRequest;
import io.sandjar.cri.proto.RemovePodSandboxResponse;
import io.sandjar.cri.proto.ReopenContainerLogRequest;
import io.sandjar.cri.proto.ReopenContainerLogResponse;
import io.sandjar.cri.proto.RunPodSandboxRequest;
import io.sandjar.cri.proto.RunPodSandboxResponse;
import io.sandjar.cri.proto.RuntimeConfigRequest;
import io.sandjar.cri.proto.RuntimeConfigResponse;
import io.sandjar.cri.proto.StartContainerRequest;
import io.sandjar.cri.proto.StartContainerResponse;
import io.sandjar.cri.proto.StatusRequest;
import io.sandjar.cri.proto.StatusResponse;
import io.sandjar.cri.proto.StopContainerRequest;
import io.sandjar.cri.proto.StopContainerResponse;
import io.sandjar.cri.proto.StopPodSandboxRequest;
import io.sandjar.cri.proto.StopPodSandboxResponse;
import io.sandjar.cri.proto.UpdateContainerResourcesRequest;
import io.sandjar.cri.proto.UpdateContainerResourcesResponse;
import io.sandjar.cri.proto.UpdatePodSandboxResourcesRequest;
import io.sandjar.cri.proto.UpdatePodSandboxResourcesResponse;
import io.sandjar.cri.proto.VersionRequest;
import io.sandjar.cri.proto.VersionResponse;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The methods of the CRI's two services, as gRPC wants them described. Written by hand, because they are all alike and the generator of
 * such code is a native program that is not to be had for every machine.
 */
public final class CriMethods {
    private static final String RUNTIME = "runtime.v1.RuntimeService";
    private static final String IMAGES = "runtime.v1.ImageService";
    private static final Map<String, MethodDescriptor<? extends MessageLite, ? extends MessageLite>> BY_NAME =
            new LinkedHashMap<>();

    static final MethodDescriptor<VersionRequest, VersionResponse> VERSION =
            unary(RUNTIME, "Version", VersionRequest.getDefaultInstance(), VersionResponse.getDefaultInstance());
    static final MethodDescriptor<StatusRequest, StatusResponse> STATUS =
            unary(RUNTIME, "Status", StatusRequest.getDefaultInstance(), StatusResponse.getDefaultInstance());
    static final MethodDescriptor<RuntimeConfigRequest, RuntimeConfigResponse> RUNTIME_CONFIG = unary(
            RUNTIME,
            "RuntimeConfig",
            RuntimeConfigRequest.getDefaultInstance(),
            RuntimeConfigResponse.getDefaultInstance());
    static final MethodDescriptor<RunPodSandboxRequest, RunPodSandboxResponse> RUN_POD_SANDBOX = unary(
            RUNTIME,
            "RunPodSandbox",
            RunPodSandboxRequest.getDefaultInstance(),
            RunPodSandboxResponse.getDefaultInstance());
    static final MethodDescriptor<StopPodSandboxRequest, StopPodSandboxResponse> STOP_POD_SANDBOX = unary(
            RUNTIME,
            "StopPodSandbox",
            StopPodSandboxRequest.getDefaultInstance(),
            StopPodSandboxResponse.getDefaultInstance());
    static final MethodDescriptor<RemovePodSandboxRequest, RemovePodSandboxResponse> REMOVE_POD_SANDBOX = unary(
            RUNTIME,
            "RemovePodSandbox",
            RemovePodSandboxRequest.getDefaultInstance(),
            RemovePodSandboxResponse.getDefaultInstance());
    static final MethodDescriptor<PodSandboxStatusRequest, PodSandboxStatusResponse> POD_SANDBOX_STATUS = unary(
            RUNTIME,
            "PodSandboxStatus",
            PodSandboxStatusRequest.getDefaultInstance(),
            PodSandboxStatusResponse.getDefaultInstance());
    static final MethodDescriptor<ListPodSandboxRequest, ListPodSandboxResponse> LIST_POD_SANDBOX = unary(
            RUNTIME,
            "ListPodSandbox",
            ListPodSandboxRequest.getDefaultInstance(),
            ListPodSandboxResponse.getDefaultInstance());
    static final MethodDescriptor<UpdatePodSandboxResourcesRequest, UpdatePodSandboxResourcesResponse>
            UPDATE_POD_SANDBOX_RESOURCES = unary(
                    RUNTIME,
                    "UpdatePodSandboxResources",
                    UpdatePodSandboxResourcesRequest.getDefaultInstance(),
                    UpdatePodSandboxResourcesResponse.getDefaultInstance());
    static final MethodDescriptor<PodSandboxStatsRequest, PodSandboxStatsResponse> POD_SANDBOX_STATS = unary(
            RUNTIME,
            "PodSandboxStats",
            PodSandboxStatsRequest.getDefaultInstance(),
            PodSandboxStatsResponse.getDefaultInstance());
    static final MethodDescriptor<CreateContainerRequest, CreateContainerResponse> CREATE_CONTAINER = unary(
            RUNTIME,
            "CreateContainer",
            CreateContainerRequest.getDefaultInstance(),
            CreateContainerResponse.getDefaultInstance());
    static final MethodDescriptor<StartContainerRequest, StartContainerResponse> START_CONTAINER = unary(
            RUNTIME,
            "StartContainer",
            StartContainerRequest.getDefaultInstance(),
            StartContainerResponse.getDefaultInstance());
    static final MethodDescriptor<StopContainerRequest, StopContainerResponse> STOP_CONTAINER = unary(
            RUNTIME,
            "StopContainer",
            StopContainerRequest.getDefaultInstance(),
            StopContainerResponse.getDefaultInstance());
    static final MethodDescriptor<RemoveContainerRequest, RemoveContainerResponse> REMOVE_CONTAINER = unary(
            RUNTIME,
            "RemoveContainer",
            RemoveContainerRequest.getDefaultInstance(),
            RemoveContainerResponse.getDefaultInstance());
    static final MethodDescriptor<ListContainersRequest, ListContainersResponse> LIST_CONTAINERS = unary(
            RUNTIME,
            "ListContainers",
            ListContainersRequest.getDefaultInstance(),
            ListContainersResponse.getDefaultInstance());
    static final MethodDescriptor<ContainerStatusRequest, ContainerStatusResponse> CONTAINER_STATUS = unary(
            RUNTIME,
            "ContainerStatus",
            ContainerStatusRequest.getDefaultInstance(),
            ContainerStatusResponse.getDefaultInstance());
    static final MethodDescriptor<UpdateContainerResourcesRequest, UpdateContainerResourcesResponse>
            UPDATE_CONTAINER_RESOURCES = unary(
                    RUNTIME,
                    "UpdateContainerResources",
                    UpdateContainerResourcesRequest.getDefaultInstance(),
                    UpdateContainerResourcesResponse.getDefaultInstance());
    static final MethodDescriptor<ReopenContainerLogRequest, ReopenContainerLogResponse> REOPEN_CONTAINER_LOG = unary(
            RUNTIME,
            "ReopenContainerLog",
            ReopenContainerLogRequest.getDefaultInstance(),
            ReopenContainerLogResponse.getDefaultInstance());
    static final MethodDescriptor<ExecSyncRequest, ExecSyncResponse> EXEC_SYNC =
            unary(RUNTIME, "ExecSync", ExecSyncRequest.getDefaultInstance(), ExecSyncResponse.getDefaultInstance());
    static final MethodDescriptor<ExecRequest, ExecResponse> EXEC =
            unary(RUNTIME, "Exec", ExecRequest.getDefaultInstance(), ExecResponse.getDefaultInstance());
    static final MethodDescriptor<AttachRequest, AttachResponse> ATTACH =
            unary(RUNTIME, "Attach", AttachRequest.getDefaultInstance(), AttachResponse.getDefaultInstance());
    static final MethodDescriptor<PortForwardRequest, PortForwardResponse> PORT_FORWARD = unary(
            RUNTIME, "PortForward", PortForwardRequest.getDefaultInstance(), PortForwardResponse.getDefaultInstance());
    static final MethodDescriptor<ContainerStatsRequest, ContainerStatsResponse> CONTAINER_STATS = unary(
            RUNTIME,
            "ContainerStats",
            ContainerStatsRequest.getDefaultInstance(),
            ContainerStatsResponse.getDefaultInstance());
    static final MethodDescriptor<ListContainerStatsRequest, ListContainerStatsResponse> LIST_CONTAINER_STATS = unary(
            RUNTIME,
            "ListContainerStats",
            ListContainerStatsRequest.getDefaultInstance(),
            ListContainerStatsResponse.getDefaultInstance());
    static final MethodDescriptor<ListImagesRequest, ListImagesResponse> LIST_IMAGES = unary(
            IMAGES, "ListImages", ListImagesRequest.getDefaultInstance(), ListImagesResponse.getDefaultInstance());
    static final MethodDescriptor<ImageStatusRequest, ImageStatusResponse> IMAGE_STATUS = unary(
            IMAGES, "ImageStatus", ImageStatusRequest.getDefaultInstance(), ImageStatusResponse.getDefaultInstance());
    static final MethodDescriptor<PullImageRequest, PullImageResponse> PULL_IMAGE =
            unary(IMAGES, "PullImage", PullImageRequest.getDefaultInstance(), PullImageResponse.getDefaultInstance());
    static final MethodDescriptor<RemoveImageRequest, RemoveImageResponse> REMOVE_IMAGE = unary(
            IMAGES, "RemoveImage", RemoveImageRequest.getDefaultInstance(), RemoveImageResponse.getDefaultInstance());
    static final MethodDescriptor<ImageFsInfoRequest, ImageFsInfoResponse> IMAGE_FS_INFO = unary(
            IMAGES, "ImageFsInfo", ImageFsInfoRequest.getDefaultInstance(), ImageFsInfoResponse.getDefaultInstance());

    private CriMethods() {}

    /** All methods by their short names, such as RunPodSandbox. */
    public static Map<String, MethodDescriptor<? extends MessageLite, ? extends MessageLite>> byName() {
        return Collections.unmodifiableMap(BY_NAME);
    }

    private static <Q extends MessageLite, R extends MessageLite> MethodDescriptor<Q, R> unary(
            String service, String name, Q request, R response) {
        MethodDescriptor<Q, R> method = MethodDescriptor.<Q, R>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(ProtoLiteUtils.marshaller(request))
                .setResponseMarshaller(ProtoLiteUtils.marshaller(response))
                .build();
        BY_NAME.put(name, method);
        return method;
    }
}
