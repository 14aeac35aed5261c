// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.cri.proto.Int64Value;
import io.sandjar.cri.proto.UInt64Value;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages as JSON, by their accessors, because the light runtime of protobuf has no descriptors. Names are those of the interface in
 * camel case, enumerations stand as their names, wrapped numbers as numbers, bytes as text. Scalars are written even when they are
 * zero, so that who reads need not know what is left out.
 */
final class MessageJson {
    private MessageJson() {}

    static JsonObject of(MessageLite message) {
        Map<String, JsonElement> fields = new TreeMap<>();
        for (Method getter : message.getClass().getDeclaredMethods()) {
            if (!Modifier.isPublic(getter.getModifiers()) || Modifier.isStatic(getter.getModifiers())) continue;
            if (getter.getParameterCount() != 0 || !getter.getName().startsWith("get")) continue;
            field(message, getter, getter.getName().substring(3), fields);
        }
        JsonObject object = new JsonObject();
        fields.forEach(object::add);
        return object;
    }

    private static void field(MessageLite message, Method getter, String name, Map<String, JsonElement> fields) {
        Class<?> type = getter.getReturnType();
        Class<?> owner = message.getClass();
        if (List.class.isAssignableFrom(type)) {
            String key = stripped(name, "List");
            if (key == null || name.endsWith("OrBuilderList") || name.endsWith("ValueList")) return;
            JsonArray array = new JsonArray();
            for (Object element : (List<?>) invoke(getter, message)) array.add(value(element));
            fields.put(camel(key), array);
        } else if (Map.class.isAssignableFrom(type)) {
            String key = stripped(name, "Map");
            if (key == null) return; // the older accessor
            JsonObject object = new JsonObject();
            ((Map<?, ?>) invoke(getter, message)).forEach((k, v) -> object.add(String.valueOf(k), value(v)));
            fields.put(camel(key), object);
        } else if (MessageLite.class.isAssignableFrom(type)) {
            Method has = method(owner, "has" + name);
            if (has != null && (Boolean) invoke(has, message)) fields.put(camel(name), value(invoke(getter, message)));
        } else if (!isHelper(owner, name, type)) {
            fields.put(camel(name), value(invoke(getter, message)));
        }
    }

    /** Whether an accessor repeats what another one says: the bytes of a text, the number of an enumeration, the size of a list. */
    private static boolean isHelper(Class<?> owner, String name, Class<?> type) {
        if (type == ByteString.class && name.endsWith("Bytes")) return true;
        if (type != int.class) return false;
        if (name.endsWith("Count")) {
            String list = name.substring(0, name.length() - 5);
            if (method(owner, "get" + list + "List") != null || method(owner, "get" + list + "Map") != null)
                return true;
        }
        Method plain = name.endsWith("Value") ? method(owner, "get" + name.substring(0, name.length() - 5)) : null;
        return name.equals("SerializedSize")
                || (plain != null && plain.getReturnType().isEnum());
    }

    private static JsonElement value(Object value) {
        return switch (value) {
            case Int64Value wrapped -> new JsonPrimitive(wrapped.getValue());
            case UInt64Value wrapped -> new JsonPrimitive(wrapped.getValue());
            case MessageLite message -> of(message);
            case ByteString bytes -> new JsonPrimitive(bytes.toStringUtf8());
            case Enum<?> constant -> new JsonPrimitive(constant.name());
            case Number number -> new JsonPrimitive(number);
            case Boolean flag -> new JsonPrimitive(flag);
            default -> new JsonPrimitive(value.toString());
        };
    }

    /** Fills a message of the prototype's kind. */
    static MessageLite parse(JsonObject object, MessageLite prototype) {
        MessageLite.Builder builder = prototype.newBuilderForType();
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            String name = entry.getKey().substring(0, 1).toUpperCase(Locale.ROOT)
                    + entry.getKey().substring(1);
            JsonElement value = entry.getValue();
            if (value.isJsonArray()) {
                Method add = setter(builder, "add" + name, 1, entry.getKey());
                for (JsonElement element : value.getAsJsonArray())
                    invoke(add, builder, argument(element, add.getParameterTypes()[0]));
            } else if (method(builder.getClass(), "putAll" + name, Map.class) != null) {
                Method put = setter(builder, "put" + name, 2, entry.getKey());
                value.getAsJsonObject()
                        .entrySet()
                        .forEach(e ->
                                invoke(put, builder, e.getKey(), e.getValue().getAsString()));
            } else {
                Method set = setter(builder, "set" + name, 1, entry.getKey());
                invoke(set, builder, argument(value, set.getParameterTypes()[0]));
            }
        }
        return builder.build();
    }

    private static Method setter(MessageLite.Builder builder, String name, int parameters, String key) {
        for (Method m : builder.getClass().getMethods()) {
            if (!m.getName().equals(name) || m.getParameterCount() != parameters) continue;
            if (!MessageLite.Builder.class.isAssignableFrom(m.getParameterTypes()[0])) return m;
        }
        String message = builder.getClass().getEnclosingClass().getSimpleName();
        throw new IllegalArgumentException("'" + key + "' is no field of " + message + " or has another shape there");
    }

    private static Object argument(JsonElement value, Class<?> type) {
        if (type == String.class) return value.getAsString();
        if (type == long.class) return value.getAsLong();
        if (type == int.class) return value.getAsInt();
        if (type == boolean.class) return value.getAsBoolean();
        if (type == ByteString.class) return ByteString.copyFromUtf8(value.getAsString());
        if (type == Int64Value.class && value.isJsonPrimitive())
            return Int64Value.newBuilder().setValue(value.getAsLong()).build();
        if (type == UInt64Value.class && value.isJsonPrimitive())
            return UInt64Value.newBuilder().setValue(value.getAsLong()).build();
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants())
                if (((Enum<?>) constant).name().equals(value.getAsString())) return constant;
            throw new IllegalArgumentException("'" + value.getAsString() + "' is no " + type.getSimpleName());
        }
        Method prototype = method(type, "getDefaultInstance");
        if (prototype == null) throw new IllegalArgumentException("a field of type " + type.getName());
        return parse(value.getAsJsonObject(), (MessageLite) invoke(prototype, null));
    }

    private static @Nullable String stripped(String name, String suffix) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : null;
    }

    private static String camel(String name) {
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    private static @Nullable Method method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            return owner.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static Object invoke(Method method, @Nullable Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(method + " cannot be called", e);
        }
    }
}
