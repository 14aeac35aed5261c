// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.processor;

import io.sandjar.abi.Nr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.tools.Diagnostic;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/** Reads the {@code @Syscall} methods of a compilation and writes the dispatch table, the shapes and the list. */
public final class SyscallProcessor extends AbstractProcessor {
    private static final String SYSCALL = Sources.PACKAGE + ".Syscall";
    private static final String AS = Sources.PACKAGE + ".As";
    private static final String TASK = "io.sandjar.kernel.task.Task";
    private static final int MAX_PARAMETERS = 6;

    private boolean written;

    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Set.of(SYSCALL);
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (TypeElement annotation : annotations) {
            if (annotation.getQualifiedName().contentEquals(SYSCALL)) {
                process(annotation, round);
            }
        }
        return false;
    }

    private void process(TypeElement annotation, RoundEnvironment round) {
        SortedMap<Integer, Handler> handlers = new TreeMap<>();
        List<Element> origins = new ArrayList<>();
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
            Handler handler = handler((ExecutableElement) element);
            if (handler == null) {
                continue;
            }
            Handler other = handlers.putIfAbsent(handler.nr(), handler);
            if (other != null) {
                error(element, handler.name() + " has a handler already, in " + other.type());
            }
            origins.add(element);
        }
        if (written) {
            error(null, "generated sources must not hold system calls");
        } else if (!handlers.isEmpty()) {
            write(handlers, origins.toArray(new Element[0]));
            written = true;
        }
    }

    private void write(SortedMap<Integer, Handler> handlers, Element[] origins) {
        try {
            var filer = processingEnv.getFiler();
            try (Writer w = filer.createSourceFile(Sources.PACKAGE + ".SyscallTable", origins)
                    .openWriter()) {
                w.write(Sources.table(handlers));
            }
            try (Writer w = filer.createSourceFile(Sources.PACKAGE + ".SyscallShapes", origins)
                    .openWriter()) {
                w.write(Sources.shapes(handlers));
            }
            try (Writer w = filer.createResource(StandardLocation.CLASS_OUTPUT, Sources.PACKAGE, "compat.tsv", origins)
                    .openWriter()) {
                w.write(Sources.compat(handlers));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The handler that a method declares, or null after an error message. */
    private @Nullable Handler handler(ExecutableElement method) {
        AnnotationMirror mirror = annotation(method, SYSCALL);
        int nr = -1;
        String support = "FULL";
        String note = "";
        if (mirror != null) {
            for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> value :
                    mirror.getElementValues().entrySet()) {
                switch (value.getKey().getSimpleName().toString()) {
                    case "nr" -> nr = (Integer) value.getValue().getValue();
                    case "support" -> support = constantName(value.getValue());
                    default -> note = value.getValue().getValue().toString();
                }
            }
        }
        String name = Nr.name(nr);
        if (name == null) {
            return error(method, "Linux has no system call number " + nr);
        }
        if (!method.getSimpleName().contentEquals("sys_" + name)) {
            return error(method, "call " + nr + " is " + name + ": the method must be sys_" + name);
        }
        TypeElement type = (TypeElement) method.getEnclosingElement();
        if (!isReachable(method) || !isReachable(type)) {
            return error(method, "the table cannot reach it: class and method must be public, the method static");
        }
        if (!support.equals("FULL") && note.isEmpty()) {
            return error(method, support + " needs a note that says what is missing or why");
        }
        List<Handler.Parameter> parameters = parameters(method);
        return parameters == null
                ? null
                : new Handler(nr, name, type.getQualifiedName().toString(), parameters, support, note);
    }

    private @Nullable List<Handler.Parameter> parameters(ExecutableElement method) {
        List<? extends VariableElement> declared = method.getParameters();
        if (method.getReturnType().getKind() != TypeKind.LONG
                || declared.isEmpty()
                || !declared.getFirst().asType().toString().equals(TASK)
                || declared.size() > MAX_PARAMETERS + 1) {
            return error(method, "a handler is static long sys_xxx(Task t, up to six ints and longs)");
        }
        List<Handler.Parameter> parameters = new ArrayList<>();
        for (VariableElement parameter : declared.subList(1, declared.size())) {
            TypeKind kind = parameter.asType().getKind();
            if (kind != TypeKind.INT && kind != TypeKind.LONG) {
                return error(parameter, "parameters are ints and longs");
            }
            String name = parameter.getSimpleName().toString();
            AnnotationMirror as = annotation(parameter, AS);
            String meaning = as == null
                    ? Kinds.guess(name, kind == TypeKind.INT)
                    : constantName(as.getElementValues().values().iterator().next());
            parameters.add(new Handler.Parameter(name, kind == TypeKind.INT, meaning));
        }
        return parameters;
    }

    private static boolean isReachable(Element element) {
        boolean isMethod = element.getKind() == ElementKind.METHOD;
        boolean inPackage = packageOf(element).equals(Sources.PACKAGE);
        Set<Modifier> modifiers = element.getModifiers();
        return (!isMethod || modifiers.contains(Modifier.STATIC))
                && !modifiers.contains(Modifier.PRIVATE)
                && (inPackage || modifiers.contains(Modifier.PUBLIC));
    }

    private static String packageOf(Element element) {
        Element at = element;
        while (at.getKind() != ElementKind.PACKAGE) {
            at = at.getEnclosingElement();
        }
        return at.toString();
    }

    /** The name of an enum constant in an annotation. */
    private static String constantName(AnnotationValue value) {
        return ((VariableElement) value.getValue()).getSimpleName().toString();
    }

    private static @Nullable AnnotationMirror annotation(Element element, String type) {
        for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
            if (((TypeElement) mirror.getAnnotationType().asElement())
                    .getQualifiedName()
                    .contentEquals(type)) {
                return mirror;
            }
        }
        return null;
    }

    private <T> @Nullable T error(@Nullable Element element, String message) {
        processingEnv.getMessager().printMessage(Diagnostic.Kind.ERROR, message, element);
        return null;
    }
}
